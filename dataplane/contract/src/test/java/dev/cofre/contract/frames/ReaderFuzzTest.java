package dev.cofre.contract.frames;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.problem.ProblemException;

/**
 * Coverage-guided: with {@code JAZZER_FUZZ=1} it looks for bytes that break the codec; without, it
 * runs what was found of interest before ({@code ReaderFuzzTestInputs}).
 */
class ReaderFuzzTest {
  @FuzzTest(maxDuration = "10m")
  void anyBytes(byte[] bytes) {
    examine(bytes);
  }

  /** Reads all frames of {@code bytes} and checks what was found; fails by an AssertionError. */
  static void examine(byte[] bytes) {
    FrameReader reader = new FrameReader();
    BatchReader items = new BatchReader();
    int at = 0;
    while (true) {
      int length = reader.read(bytes, at, bytes.length, FrameFormat.FRAME_BYTES_MAX);
      if (length <= 0) {
        return;
      }
      int end = at + length;
      within(reader.contextOffset(), reader.contextLength(), at, end);
      within(reader.bodyOffset(), reader.bodyLength(), at, end);
      if (reader.fault() == null) {
        if (reader.keyLength() > 0) {
          within(reader.keyOffset(), reader.keyLength(), at, end);
        }
        body(reader, items, bytes, end);
      }
      at = end;
    }
  }

  private static void body(FrameReader reader, BatchReader items, byte[] bytes, int end) {
    int offset = reader.bodyOffset();
    int length = reader.bodyLength();
    if (items.begin(bytes, offset, length) >= 0) {
      while (items.next()) {
        within(items.offset(), items.length(), offset, end);
      }
    }
    if (Streams.isOpening(bytes, offset, length)) {
      within(Streams.keyOffset(offset), bytes[offset + 5] & 0xff, offset, end);
    }
    Hello hello = Hello.parse(bytes, offset, length);
    HelloAnswer.parse(bytes, offset, length);
    if (hello != null && hello.token().length > length) {
      throw new AssertionError("a token longer than its frame");
    }
    ErrorBody.problem(reader.status(), bytes, offset, length);
    try {
      EncryptionContext context =
          EncryptionContext.ofCanonical(bytes, reader.contextOffset(), reader.contextLength());
      if (!context.isCanonical(bytes, reader.contextOffset(), reader.contextLength())) {
        throw new AssertionError("a context that is not what was read");
      }
    } catch (ProblemException expected) {
      if (expected.detail().isEmpty()) {
        throw new AssertionError("a problem without a word", expected);
      }
    }
  }

  private static void within(int offset, int length, int from, int to) {
    if (offset < from || length < 0 || offset + length > to) {
      throw new AssertionError(offset + " + " + length + " is not within " + from + " to " + to);
    }
  }
}
