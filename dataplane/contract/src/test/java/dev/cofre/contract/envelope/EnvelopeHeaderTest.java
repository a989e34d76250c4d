package dev.cofre.contract.envelope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Arrays;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class EnvelopeHeaderTest {
  private static final WrappedDataKey WRAPPED =
      new WrappedDataKey.Identity(Protection.HSM, Usage.CALLER, new UUID(1, 2), -1, new UUID(3, 4))
          .withWrap(new byte[EnvelopeFormat.WRAP_LENGTH]);

  private static byte[] header(int item) {
    byte[] bytes = new byte[1 + EnvelopeFormat.HEADER_LENGTH];
    WRAPPED.copyTo(bytes, 1);
    EnvelopeFormat.putInt(bytes, 1 + EnvelopeFormat.ITEM_OFFSET, item);
    return bytes;
  }

  @Test
  void saysWhatStandsThere() {
    assertEquals(new EnvelopeHeader(WRAPPED, 7), EnvelopeHeader.parse(header(7), 1));
  }

  @Test
  void knowsNoOther() {
    byte[] header = header(7);
    assertNull(EnvelopeHeader.parse(header, 0));
    assertNull(EnvelopeHeader.parse(header, 2));
    assertNull(EnvelopeHeader.parse(Arrays.copyOf(header, header.length - 1), 1));
    assertNull(EnvelopeHeader.parse(header(-1), 1));
    header[1 + EnvelopeFormat.SUITE_OFFSET] = 2;
    assertNull(EnvelopeHeader.parse(header, 1));
  }
}
