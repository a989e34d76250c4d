package dev.cofre.contract.frames;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One frame of each kind, as this release writes it. The vectors of docs/PROTOCOL.md; their files
 * never change.
 */
public final class GoldenFrames {
  private GoldenFrames() {}

  /** Writes into the folder {@code args[0]} what is not there yet. */
  public static void main(String[] args) throws IOException {
    Path folder = Files.createDirectories(Path.of(args[0]));
    for (Map.Entry<String, byte[]> frame : all().entrySet()) {
      Path file = folder.resolve(frame.getKey() + ".hex");
      if (Files.notExists(file)) {
        Files.writeString(file, HexFormat.of().formatHex(frame.getValue()) + "\n");
      }
    }
  }

  static Map<String, byte[]> all() {
    EncryptionContext context = EncryptionContext.of(Map.of("app", "demo"));
    ProblemException overloaded =
        new ProblemException(ErrorCode.OVERLOADED, "the requests of this connection wait too long");
    Map<String, byte[]> frames = new LinkedHashMap<>();
    frames.put("hello", new Hello(1, 1, 131_072, 1_024, text("token")).frame(1));
    frames.put(
        "hello-answer",
        new HelloAnswer(1, 131_072, 1_024, 16, 131_104, 120_000, 0x0123456789abcdefL).frame(1));
    frames.put("ping", RequestWriter.of(FrameType.PING).frame(2, text("are you there")));
    frames.put(
        "encrypt",
        RequestWriter.of(FrameType.ENCRYPT)
            .key("demo")
            .context(context)
            .frame(0x01020304, text("order 4711")));
    frames.put(
        "encrypt-with-deadline",
        RequestWriter.of(FrameType.ENCRYPT).key("demo").deadlineMs(250).frame(4, text("o")));
    frames.put("decrypt", RequestWriter.of(FrameType.DECRYPT).frame(5, text("not an envelope")));
    frames.put(
        "reencrypt",
        RequestWriter.of(FrameType.REENCRYPT).key("other").frame(6, text("not an envelope")));
    frames.put(
        "generate-data-key",
        RequestWriter.of(FrameType.GENERATE_DATA_KEY)
            .key("demo")
            .flags(FrameFormat.FLAG_WITHOUT_PLAINTEXT)
            .frame(7));
    frames.put(
        "unwrap-data-key",
        RequestWriter.of(FrameType.UNWRAP_DATA_KEY).frame(8, text("not a wrapped data key")));
    frames.put(
        "encrypt-batch",
        RequestWriter.of(FrameType.ENCRYPT_BATCH)
            .key("demo")
            .batch(9, List.of(text("one"), text(""), text("three"))));
    frames.put("cancel", RequestWriter.of(FrameType.CANCEL).frame(9));
    frames.put(
        "stream-open", RequestWriter.openStream(10, Streams.ENCRYPT, "demo", context, 262_144));
    frames.put(
        "stream-data",
        RequestWriter.of(FrameType.STREAM_DATA)
            .flags(FrameFormat.FLAG_END)
            .frame(10, text("the last bytes")));
    frames.put("stream-credit", RequestWriter.credit(10, 65_536));
    frames.put("error", ErrorBody.frame(FrameType.ENCRYPT, 11, overloaded, 20));
    frames.put("cancelled", ErrorBody.cancelled(FrameType.ENCRYPT, 12));
    return frames;
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
