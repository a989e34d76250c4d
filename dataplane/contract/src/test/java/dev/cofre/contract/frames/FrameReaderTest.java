package dev.cofre.contract.frames;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FrameReaderTest {
  private static final int MAX = FrameFormat.FRAME_BYTES_MAX;

  private final FrameReader reader = new FrameReader();

  @Test
  void everyPrefixIsIncomplete() {
    for (byte[] frame : GoldenFrames.all().values()) {
      for (int length = 0; length < frame.length; length++) {
        assertEquals(FrameReader.INCOMPLETE, reader.read(frame, 0, length, MAX));
      }
      assertEquals(frame.length, reader.read(frame, 0, frame.length, MAX));
    }
  }

  @Test
  void aLengthThatCannotBeEndsAll() {
    for (int length : new int[] {0, 1, 15, -1, Integer.MIN_VALUE, MAX + 1, 0x47455420}) {
      byte[] bytes = new byte[32];
      FrameFormat.putInt(bytes, 0, length);
      assertEquals(FrameReader.MALFORMED, reader.read(bytes, 0, bytes.length, MAX));
    }
  }

  @Test
  void areasLongerThanTheFrameAreAFaultOfTheFrameAlone() {
    byte[] frame = RequestWriter.of(FrameType.ENCRYPT).key("k").frame(7, new byte[10]);
    FrameFormat.putShort(frame, FrameFormat.CONTEXT_AT, 13);
    assertEquals(frame.length, reader.read(frame, 0, frame.length, MAX));
    assertNotNull(reader.fault());
    assertEquals(7, reader.correlation());
    assertEquals(0, reader.bodyLength());
    FrameFormat.putShort(frame, FrameFormat.CONTEXT_AT, 0);
    FrameFormat.putShort(frame, FrameFormat.EXTENSIONS_AT, 0xffff);
    reader.read(frame, 0, frame.length, MAX);
    assertNotNull(reader.fault());
  }

  @Test
  void unknownExtensionsArePassedOverUnlessTheyAreCritical() {
    assertNull(faultWithExtension(0x7123, new byte[] {1, 2, 3}));
    assertNotNull(faultWithExtension(0x8123, new byte[] {1, 2, 3}));
    assertNotNull(faultWithExtension(FrameFormat.EXTENSION_DEADLINE, new byte[3]));
    assertNotNull(faultWithExtension(FrameFormat.EXTENSION_DEADLINE, new byte[4]));
    assertNull(faultWithExtension(FrameFormat.EXTENSION_DEADLINE, new byte[] {0, 0, 0, 1}));
  }

  private String faultWithExtension(int type, byte[] value) {
    byte[] plain = RequestWriter.of(FrameType.DECRYPT).frame(1, new byte[5]);
    byte[] frame = new byte[plain.length + 4 + value.length];
    System.arraycopy(plain, 0, frame, 0, 16);
    FrameFormat.putInt(frame, 0, frame.length);
    FrameFormat.putShort(frame, FrameFormat.EXTENSIONS_AT, 4 + value.length);
    FrameFormat.putShort(frame, 16, type);
    FrameFormat.putShort(frame, 18, value.length);
    System.arraycopy(value, 0, frame, 20, value.length);
    assertEquals(frame.length, reader.read(frame, 0, frame.length, MAX));
    assertEquals(5, reader.bodyLength());
    return reader.fault();
  }

  @Test
  void flagsAndStatusThatAreNotKnownAreFaults() {
    byte[] frame = RequestWriter.of(FrameType.DECRYPT).frame(1, new byte[5]);
    frame[FrameFormat.FLAGS_AT] = 4;
    reader.read(frame, 0, frame.length, MAX);
    assertNotNull(reader.fault());
    frame[FrameFormat.FLAGS_AT] = 0;
    frame[FrameFormat.STATUS_AT + 1] = 1;
    reader.read(frame, 0, frame.length, MAX);
    assertNotNull(reader.fault());
  }

  @Test
  void aBatchHoldsExactlyItsItems() {
    List<byte[]> items = new ArrayList<>();
    Random random = new Random(1);
    for (int i = 0; i < 100; i++) {
      byte[] item = new byte[random.nextInt(50)];
      random.nextBytes(item);
      items.add(item);
    }
    byte[] frame = RequestWriter.of(FrameType.DECRYPT_BATCH).batch(1, items);
    reader.read(frame, 0, frame.length, MAX);
    BatchReader batch = new BatchReader();
    assertEquals(100, batch.begin(frame, reader.bodyOffset(), reader.bodyLength()));
    for (byte[] item : items) {
      assertTrue(batch.next());
      assertArrayEquals(
          item, Arrays.copyOfRange(frame, batch.offset(), batch.offset() + batch.length()));
    }
    assertFalse(batch.next());
    for (int cut = 0; cut < reader.bodyLength(); cut++) {
      assertEquals(-1, batch.begin(frame, reader.bodyOffset(), cut));
      assertFalse(batch.next());
    }
    FrameFormat.putInt(frame, reader.bodyOffset(), FrameFormat.BATCH_ITEMS_MAX + 1);
    assertEquals(-1, batch.begin(frame, reader.bodyOffset(), reader.bodyLength()));
  }

  @Test
  void hellosAreReadAsTheyWereWritten() {
    Hello hello = new Hello(1, 3, 65_536, 64, new byte[] {1, 2, 3});
    byte[] frame = hello.frame(9);
    reader.read(frame, 0, frame.length, FrameFormat.HELLO_BYTES_MAX);
    Hello read = Hello.parse(frame, reader.bodyOffset(), reader.bodyLength());
    assertArrayEquals(hello.token(), read.token());
    assertEquals(65_536, read.frameBytesMax());
    assertTrue(read.speaks(2));
    assertFalse(read.speaks(4));
    assertNull(Hello.parse(frame, reader.bodyOffset(), reader.bodyLength() - 1));
    assertFalse(read.toString().contains("010203") || read.toString().contains("[1, 2, 3]"));
    HelloAnswer answer = new HelloAnswer(1, 2, 3, 4, 5, 6, 7L);
    byte[] bytes = answer.frame(1);
    assertEquals(answer, HelloAnswer.parse(bytes, 16, bytes.length - 16));
    assertNull(HelloAnswer.parse(bytes, 16, bytes.length - 17));
  }

  @Test
  void everyErrorCodeHasANumberOfItsOwn() {
    Set<Integer> numbers = new HashSet<>();
    for (ErrorCode code : ErrorCode.values()) {
      assertTrue(numbers.add(FrameStatus.of(code)), () -> code + " needs a number in FrameStatus");
      assertEquals(code, FrameStatus.code(FrameStatus.of(code)));
    }
    assertEquals("ok", FrameStatus.text(0));
    assertEquals("cancelled", FrameStatus.text(1));
    assertEquals("internal", FrameStatus.text(9_999));
    assertNotEquals(FrameStatus.OK, FrameStatus.of(ErrorCode.INTERNAL));
  }

  /** Seeded: whatever the bytes, what is found lies within the frame. */
  @Test
  void whatIsFoundLiesWithinTheFrame() {
    Random random = new Random(5);
    List<byte[]> seeds = List.copyOf(GoldenFrames.all().values());
    for (int i = 0; i < 200_000; i++) {
      byte[] bytes = seeds.get(random.nextInt(seeds.size())).clone();
      for (int flips = random.nextInt(4); flips >= 0; flips--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      ReaderFuzzTest.examine(bytes);
    }
  }
}
