package dev.cofre.engine.foreign;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MappedPagesTest {
  private static final int PAGE = 4_096;

  @TempDir Path directory;

  @Test
  void aPageThatTheFileHasNotIsToldWithoutASignal() throws Exception {
    try (RandomAccessFile file = new RandomAccessFile(directory.resolve("file").toFile(), "rw");
        Arena arena = Arena.ofConfined()) {
      file.setLength(2 * PAGE);
      MemorySegment mapped =
          file.getChannel().map(FileChannel.MapMode.READ_WRITE, 0, 2 * PAGE, arena);
      assertTrue(MappedPages.areWritable(mapped));
      file.setLength(PAGE);
      assertTrue(MappedPages.areWritable(mapped.asSlice(0, PAGE)));
      assertFalse(MappedPages.areWritable(mapped.asSlice(PAGE, PAGE)));
      assertFalse(MappedPages.areWritable(mapped));
    }
  }
}
