package dev.cofre.loadtest.traffic;

import dev.cofre.contract.frames.Hello;
import dev.cofre.loadtest.frames.FramesProtocol;
import dev.cofre.loadtest.generator.Protocol;
import dev.cofre.loadtest.generator.Sequence;
import dev.cofre.loadtest.http.HttpProtocol;
import dev.cofre.loadtest.workload.Draw;
import dev.cofre.loadtest.workload.Operation;
import dev.cofre.loadtest.workload.Workload;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;

/**
 * A workload, made ready to be sent.
 *
 * @param cold envelopes that were made for one use each
 * @param coldNeeded as many as the run uses; above {@code cold}, they are used again
 */
public record Traffic(InetSocketAddress address, Protocol protocol, int cold, long coldNeeded) {
  private static final int COLD_MAX = 20_000;

  /**
   * Asks the target for what must be made ahead.
   *
   * @throws IOException when it does not give it
   */
  public static Traffic prepare(Workload workload, Site site) throws IOException {
    List<Draw> draws = Draw.of(workload);
    List<Prepared> warm = Prepared.all(site, draws, workload.seed());
    List<Draw> decryptions =
        draws.stream().filter(d -> d.operation().kind() == Operation.Kind.DECRYPT).toList();
    double share = workload.coldShare() * decryptions.size() / draws.size();
    long needed = (long) Math.ceil(share * workload.pacing().count());
    List<Prepared> cold =
        needed == 0
            ? List.of()
            : Prepared.cold(site, decryptions, (int) Math.min(COLD_MAX, needed), workload.seed());
    boolean frames = workload.target().protocol().equals("frames");
    Protocol protocol =
        frames
            ? frames(workload, site, warm, cold, share)
            : http(workload, site, warm, cold, share);
    return new Traffic(frames ? site.frames() : site.http(), protocol, cold.size(), needed);
  }

  private static Protocol http(
      Workload workload, Site site, List<Prepared> warm, List<Prepared> cold, double share)
      throws IOException {
    HttpRequests requests = new HttpRequests(site, workload.target().protocol().equals("raw"));
    Supplier<SSLEngine> tls = tls(site, site.isTls(), site.http());
    return new HttpProtocol(sequence(warm, cold, share, requests::call), tls);
  }

  private static Protocol frames(
      Workload workload, Site site, List<Prepared> warm, List<Prepared> cold, double share)
      throws IOException {
    byte[] token = site.token().getBytes(StandardCharsets.UTF_8);
    return new FramesProtocol(
        Hello.of(token).frame(0),
        sequence(warm, cold, share, FrameRequests::call),
        workload.target().inFlight(),
        tls(site, site.framesTls(), site.frames()));
  }

  private static Supplier<SSLEngine> tls(Site site, boolean tls, InetSocketAddress address)
      throws IOException {
    return tls ? Trust.engines(Trust.context(site.caFile()), address) : () -> null;
  }

  /** Warm calls in turn; the n-th cold one where {@code share} of all requests reach n. */
  private static <C> Sequence<C> sequence(
      List<Prepared> warm, List<Prepared> cold, double share, Function<Prepared, C> call) {
    Sequence<C> inTurn = Sequence.inTurn(warm.stream().map(call).toList());
    if (cold.isEmpty()) {
      return inTurn;
    }
    Sequence<C> coldOnes = Sequence.inTurn(cold.stream().map(call).toList());
    return number -> {
      long past = (long) (number * share);
      boolean isCold = number < Sequence.WARM_UP && (long) ((number + 1) * share) > past;
      return isCold ? coldOnes.at(past) : inTurn.at(number);
    };
  }
}
