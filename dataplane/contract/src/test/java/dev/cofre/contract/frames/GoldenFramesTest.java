package dev.cofre.contract.frames;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The vectors are what this release writes, reads, and prints in docs/PROTOCOL.md. */
class GoldenFramesTest {
  private static final Path FOLDER = Path.of("src/test/resources/golden/frames/v1");

  @Test
  void eachIsWrittenAsItAlwaysWas() throws IOException {
    for (Map.Entry<String, byte[]> frame : GoldenFrames.all().entrySet()) {
      assertArrayEquals(golden(frame.getKey()), frame.getValue(), frame.getKey());
    }
    try (Stream<Path> files = Files.list(FOLDER)) {
      Set<String> names =
          files
              .map(file -> file.getFileName().toString().replace(".hex", ""))
              .collect(Collectors.toSet());
      assertEquals(GoldenFrames.all().keySet(), names);
    }
  }

  @Test
  void eachIsReadWhole() throws IOException {
    FrameReader reader = new FrameReader();
    for (String name : GoldenFrames.all().keySet()) {
      byte[] bytes = golden(name);
      assertEquals(bytes.length, reader.read(bytes, 0, bytes.length, bytes.length), name);
      assertNull(reader.fault(), name);
      assertEquals(
          bytes.length,
          reader.bodyOffset() + reader.bodyLength(),
          () -> name + ": the body ends the frame");
    }
  }

  @Test
  void theirPartsAreFound() throws IOException {
    byte[] bytes = golden("encrypt");
    FrameReader reader = new FrameReader();
    reader.read(bytes, 0, bytes.length, bytes.length);
    assertEquals(FrameType.ENCRYPT, reader.type());
    assertEquals(0x01020304, reader.correlation());
    assertEquals("demo", text(bytes, reader.keyOffset(), reader.keyLength()));
    assertEquals("order 4711", text(bytes, reader.bodyOffset(), reader.bodyLength()));
    assertEquals(13, reader.contextLength());

    byte[] late = golden("encrypt-with-deadline");
    reader.read(late, 0, late.length, late.length);
    assertEquals(250, reader.deadlineMs());
  }

  @Test
  void theDocumentShowsThem() throws IOException {
    String page =
        Files.readString(Path.of(System.getProperty("cofre.root"), "docs", "PROTOCOL.md"))
            .replaceAll("\\s+", "");
    Set<String> missing = new TreeSet<>();
    for (String name : GoldenFrames.all().keySet()) {
      if (!page.contains(name + "=" + HexFormat.of().formatHex(golden(name)))) {
        missing.add(name);
      }
    }
    assertTrue(missing.isEmpty(), () -> "not in docs/PROTOCOL.md: " + missing);
  }

  private static String text(byte[] bytes, int offset, int length) {
    return new String(bytes, offset, length, StandardCharsets.UTF_8);
  }

  private static byte[] golden(String name) throws IOException {
    return HexFormat.of().parseHex(Files.readString(FOLDER.resolve(name + ".hex")).strip());
  }
}
