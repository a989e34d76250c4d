package dev.cofre.loadtest;

import dev.cofre.client.BlockingCofreClient;
import dev.cofre.client.CofreClient;
import dev.cofre.client.Endpoint;
import dev.cofre.client.TokenSource;
import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.frames.FrameReader;
import dev.cofre.contract.frames.FrameType;
import dev.cofre.contract.frames.Hello;
import dev.cofre.contract.frames.RequestWriter;
import dev.cofre.loadtest.frames.FrameCall;
import dev.cofre.loadtest.frames.FramesProtocol;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Frames to a data plane, made ahead, whose answers can be checked. Immutable. */
public final class CofreFrames {
  private static final int ENVELOPES = 512;
  private static final long SEED = 1;

  private final URI url;
  private final Path tokenFile;
  private final String key;

  /**
   * For the data plane whose HTTP is at {@code url}, with the bearer token in {@code tokenFile}.
   */
  public CofreFrames(URI url, Path tokenFile, String key) {
    this.url = url;
    this.tokenFile = tokenFile;
    this.key = key;
  }

  /** {@code calls} in turn, {@code openMax} at once on each connection. */
  public FramesProtocol protocol(List<FrameCall> calls, int openMax) throws IOException {
    byte[] token = Files.readString(tokenFile).strip().getBytes(StandardCharsets.UTF_8);
    return new FramesProtocol(Hello.of(token).frame(0), calls, openMax);
  }

  /** Encrypts {@code bytes} bytes; a right answer has the length of their envelope. */
  public List<FrameCall> encrypt(int bytes) {
    byte[] frame =
        RequestWriter.of(FrameType.ENCRYPT).key(key).frame(0, plaintext(new Random(SEED), bytes));
    return List.of(FrameCall.expectingLength(frame, (int) EnvelopeFormat.envelopeLength(bytes)));
  }

  /** Decrypts envelopes of different requests in turn; a right answer is the whole plaintext. */
  public List<FrameCall> decrypt(int bytes) throws IOException {
    List<FrameCall> calls = new ArrayList<>();
    Random random = new Random(SEED);
    try (CofreClient client =
        CofreClient.create(Endpoint.at(url).withToken(TokenSource.file(tokenFile)))) {
      BlockingCofreClient blocking = client.blocking();
      for (int i = 0; i < ENVELOPES; i++) {
        byte[] plaintext = plaintext(random, bytes);
        byte[] envelope = blocking.encrypt(key, plaintext, Map.of());
        calls.add(
            FrameCall.expecting(RequestWriter.of(FrameType.DECRYPT).frame(0, envelope), plaintext));
      }
    }
    return calls;
  }

  /** Both in turn. */
  public List<FrameCall> both(int bytes) throws IOException {
    FrameCall encrypt = encrypt(bytes).getFirst();
    List<FrameCall> calls = new ArrayList<>();
    for (FrameCall decrypt : decrypt(bytes)) {
      calls.add(encrypt);
      calls.add(decrypt);
    }
    return calls;
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

  private static byte[] plaintext(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
