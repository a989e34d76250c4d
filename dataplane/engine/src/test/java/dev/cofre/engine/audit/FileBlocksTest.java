package dev.cofre.engine.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileBlocksTest {
  private static final int LENGTH = 1 << 20;

  @TempDir Path directory;

  private static long kib(Path file) throws Exception {
    Process stat = new ProcessBuilder("stat", "--format=%b %B", file.toString()).start();
    String[] said =
        new String(stat.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
            .strip()
            .split(" ");
    assertEquals(0, stat.waitFor());
    return Long.parseLong(said[0]) * Long.parseLong(said[1]) / 1_024;
  }

  @Test
  void blocksAreGivenBackWhileTheFileIsMapped() throws Exception {
    Path file = Files.createFile(directory.resolve("file"));
    FileBlocks.allocate(file, LENGTH);
    assertTrue(kib(file) >= LENGTH / 1_024, () -> "allocated");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment mapped = map(file, arena);
      mapped.fill((byte) 1);
      assumeTrue(FileBlocks.release(file), "this file system makes no holes");
      assertEquals(0, mapped.get(ValueLayout.JAVA_BYTE, LENGTH / 2));
    }
    assertEquals(LENGTH, Files.size(file));
    assertTrue(kib(file) < LENGTH / 1_024 / 8, () -> "given back");
  }

  private static MemorySegment map(Path file, Arena arena) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return channel.map(FileChannel.MapMode.READ_WRITE, 0, LENGTH, arena);
    }
  }
}
