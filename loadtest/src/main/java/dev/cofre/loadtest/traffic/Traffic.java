package dev.cofre.loadtest.traffic;

import dev.cofre.contract.frames.Hello;
import dev.cofre.loadtest.frames.FramesProtocol;
import dev.cofre.loadtest.generator.Protocol;
import dev.cofre.loadtest.generator.Sequence;
import dev.cofre.loadtest.grpc.GrpcProtocol;
import dev.cofre.loadtest.http.HttpProtocol;
import dev.cofre.loadtest.workload.Caller;
import dev.cofre.loadtest.workload.Draw;
import dev.cofre.loadtest.workload.Operation;
import dev.cofre.loadtest.workload.Workload;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
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

  /** What is sent: warm calls in turn, and a share of cold ones. */
  private record Material(List<Prepared> warm, List<Prepared> cold, double share) {
    /** The n-th cold call stands where {@code share} of all requests reach n. */
    <C> Sequence<C> sequence(Function<Prepared, C> call) {
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

    Material of(int caller) {
      return new Material(
          warm.stream().filter(prepared -> prepared.draw().caller() == caller).toList(),
          cold,
          share);
    }
  }

  /**
   * Asks the target for what must be made ahead.
   *
   * @throws IOException when it does not give it
   */
  public static Traffic prepare(Workload workload, Site site) throws IOException {
    List<Draw> draws = Draw.of(workload);
    List<Site> sites = site.of(workload.callers());
    List<Prepared> warm = Prepared.all(sites, draws, workload.seed());
    List<Draw> decryptions =
        draws.stream().filter(d -> d.operation().kind() == Operation.Kind.DECRYPT).toList();
    double share = workload.coldShare() * decryptions.size() / draws.size();
    long needed = (long) Math.ceil(share * workload.pacing().count());
    List<Prepared> cold =
        needed == 0
            ? List.of()
            : Prepared.cold(sites, decryptions, (int) Math.min(COLD_MAX, needed), workload.seed());
    Material material = new Material(warm, cold, share);
    boolean frames = workload.target().protocol().equals("frames");
    Protocol protocol =
        switch (workload.target().protocol()) {
          case "frames" -> frames(workload, sites, material);
          case "grpc" -> grpc(workload, sites, material);
          default -> http(workload, sites, material);
        };
    return new Traffic(frames ? site.frames() : site.http(), protocol, cold.size(), needed);
  }

  private static Protocol http(Workload workload, List<Site> sites, Material material)
      throws IOException {
    List<HttpRequests> requests = new ArrayList<>();
    for (Site site : sites) {
      requests.add(new HttpRequests(site, workload.target().protocol().equals("raw")));
    }
    Site site = sites.getFirst();
    return new HttpProtocol(
        material.sequence(prepared -> requests.get(prepared.draw().caller()).call(prepared)),
        tls(site, site.isTls(), site.http()));
  }

  private static Protocol grpc(Workload workload, List<Site> sites, Material material)
      throws IOException {
    List<GrpcRequests> requests = new ArrayList<>();
    for (Site site : sites) {
      requests.add(new GrpcRequests(site));
    }
    Site site = sites.getFirst();
    return new GrpcProtocol(
        material.sequence(prepared -> requests.get(prepared.draw().caller()).call(prepared)),
        site.url().getRawAuthority(),
        site.isTls(),
        tls(site, site.isTls(), site.http(), "h2"),
        workload.target().inFlight());
  }

  /** A connection has one caller's token: connections are shared out, and each has its calls. */
  private static Protocol frames(Workload workload, List<Site> sites, Material material)
      throws IOException {
    List<FramesProtocol.Speaker> speakers = new ArrayList<>();
    for (int i = 0; i < sites.size(); i++) {
      Material own = material.of(i);
      if (own.warm().isEmpty()) {
        throw new IOException(
            "callers["
                + i
                + "].share: too small for one of "
                + material.warm().size()
                + " requests");
      }
      speakers.add(
          new FramesProtocol.Speaker(
              Hello.of(sites.get(i).tokenBytes()).frame(0), own.sequence(FrameRequests::call)));
    }
    List<Double> shares = workload.callers().stream().map(Caller::share).toList();
    List<FramesProtocol.Speaker> turn =
        speakers.size() == 1
            ? speakers
            : Shares.turn(shares, workload.target().connections()).stream()
                .map(speakers::get)
                .toList();
    Site site = sites.getFirst();
    return new FramesProtocol(
        turn, workload.target().inFlight(), tls(site, site.framesTls(), site.frames()));
  }

  private static Supplier<SSLEngine> tls(
      Site site, boolean tls, InetSocketAddress address, String... protocols) throws IOException {
    return tls ? Trust.engines(Trust.context(site.caFile()), address, protocols) : () -> null;
  }
}
