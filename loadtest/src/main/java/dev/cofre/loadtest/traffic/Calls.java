package dev.cofre.loadtest.traffic;

import dev.cofre.contract.frames.FrameReader;
import dev.cofre.contract.frames.Hello;
import dev.cofre.loadtest.frames.FrameCall;
import dev.cofre.loadtest.frames.FramesProtocol;
import dev.cofre.loadtest.http.HttpCall;
import dev.cofre.loadtest.workload.Draw;
import dev.cofre.loadtest.workload.Operation;
import dev.cofre.loadtest.workload.Sizes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Requests of one key and size without a workload file, for benches and tests that send them in
 * their own way. Immutable.
 */
public final class Calls {
  /** Decryptions are of so many requests' envelopes. */
  private static final int ENVELOPES = 256;

  private static final long SEED = 1;

  private final Site site;
  private final String key;

  /** Of {@code key} at {@code site}. */
  public Calls(Site site, String key) {
    this.site = site;
    this.key = key;
  }

  /** Raw bodies of {@code bytes}, {@code kinds} in turn. */
  public List<HttpCall> raw(int bytes, Operation.Kind... kinds) throws IOException {
    HttpRequests requests = new HttpRequests(site, true);
    return prepared(bytes, 1, kinds).stream().map(requests::call).toList();
  }

  /** JSON bodies of {@code batch} items of {@code bytes}, {@code kinds} in turn. */
  public List<HttpCall> json(int bytes, int batch, Operation.Kind... kinds) throws IOException {
    HttpRequests requests = new HttpRequests(site, false);
    return prepared(bytes, batch, kinds).stream().map(requests::call).toList();
  }

  /** Frames of {@code bytes}, {@code kinds} in turn. */
  public List<FrameCall> frames(int bytes, Operation.Kind... kinds) throws IOException {
    return prepared(bytes, 1, kinds).stream().map(FrameRequests::call).toList();
  }

  private List<Prepared> prepared(int bytes, int batch, Operation.Kind... kinds)
      throws IOException {
    List<Draw> draws = new ArrayList<>();
    boolean alike = kinds.length == 1 && kinds[0] == Operation.Kind.ENCRYPT;
    for (int i = 0; i < (alike ? 1 : ENVELOPES); i++) {
      for (Operation.Kind kind : kinds) {
        Operation operation = new Operation(kind, 1, new Sizes.Fixed(bytes), batch, null);
        draws.add(new Draw(operation, 0, key, bytes, Map.of()));
      }
    }
    return Prepared.all(List.of(site), draws, SEED);
  }

  /** {@code calls} in turn, {@code openMax} at once on each connection. */
  public FramesProtocol protocol(List<FrameCall> calls, int openMax) throws IOException {
    return new FramesProtocol(Hello.of(site.tokenBytes()).frame(0), calls, openMax);
  }

  /** The same frames for a server that answers each with its own body. */
  public static List<FrameCall> echoed(List<FrameCall> calls) {
    FrameReader reader = new FrameReader();
    return calls.stream()
        .map(
            call -> {
              reader.read(call.frame(), 0, call.frame().length, call.frame().length);
              return FrameCall.expectingLength(call.frame(), reader.bodyLength());
            })
        .toList();
  }
}
