package dev.cofre.loadtest.observe;

import com.google.protobuf.ByteString;
import dev.cofre.contract.frames.FrameType;
import dev.cofre.contract.frames.Hello;
import dev.cofre.contract.frames.RequestWriter;
import dev.cofre.contract.grpc.crypto.EncryptRequest;
import dev.cofre.loadtest.frames.FrameCall;
import dev.cofre.loadtest.frames.FramesProtocol;
import dev.cofre.loadtest.generator.LoadGenerator;
import dev.cofre.loadtest.generator.LoadPlan;
import dev.cofre.loadtest.generator.LoadResult;
import dev.cofre.loadtest.generator.Pacing;
import dev.cofre.loadtest.generator.Protocol;
import dev.cofre.loadtest.generator.Sequence;
import dev.cofre.loadtest.grpc.GrpcCall;
import dev.cofre.loadtest.grpc.GrpcProtocol;
import dev.cofre.loadtest.http.HttpCall;
import dev.cofre.loadtest.http.HttpProtocol;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What the generator itself reaches: a closed loop against a {@link NullServer}, without TLS. */
public final class Ceiling {
  private static final int CONNECTIONS_MAX = 256;
  private static final Duration WARM_UP = Duration.ofMillis(700);
  private static final Duration DURATION = Duration.ofMillis(1_300);

  private Ceiling() {}

  /**
   * Requests a second, measured in two seconds.
   *
   * @param inFlight of a connection, where the protocol has more than one
   * @param bytes of a request's body
   */
  public static double measure(LoadPlan plan, NullServer.Kind kind, int inFlight, int bytes)
      throws IOException, InterruptedException {
    try (NullServer server = new NullServer(kind)) {
      Protocol protocol =
          switch (kind) {
            case HTTP -> http(bytes);
            case FRAMES -> frames(bytes, inFlight);
            case GRPC -> grpc(bytes, inFlight);
          };
      LoadResult result =
          LoadGenerator.run(
              server.address(),
              protocol,
              plan.paced(Pacing.closed())
                  .lasting(WARM_UP, DURATION)
                  .as(0, 1)
                  .over(Math.clamp(plan.connections(), plan.threads(), CONNECTIONS_MAX)));
      return result.reached();
    }
  }

  /** Prepared frames of {@code bytes}, which a null server takes. */
  public static FramesProtocol frames(int bytes, int inFlight) {
    byte[] frame = RequestWriter.of(FrameType.ENCRYPT).key("null").frame(0, new byte[bytes]);
    byte[] hello = Hello.of("null".getBytes(StandardCharsets.US_ASCII)).frame(0);
    FrameCall call = FrameCall.expectingLength(frame, FrameCall.ANY_LENGTH);
    return new FramesProtocol(hello, List.of(call), inFlight);
  }

  /** Prepared calls of {@code bytes}, which a null server takes. */
  public static GrpcProtocol grpc(int bytes, int inFlight) {
    EncryptRequest message =
        EncryptRequest.newBuilder().setPlaintext(ByteString.copyFrom(new byte[bytes])).build();
    GrpcCall call = GrpcCall.expecting("/null/Null", "Bearer null", message, answer -> true);
    return new GrpcProtocol(Sequence.inTurn(List.of(call)), "null", false, () -> null, inFlight);
  }

  /** Prepared requests of {@code bytes}, which a null server takes. */
  public static HttpProtocol http(int bytes) {
    URI url = URI.create("http://null/");
    return new HttpProtocol(List.of(HttpCall.post(url, Map.of(), new byte[bytes])));
  }
}
