package dev.cofre.contract.envelope;

/**
 * What the header of an envelope says without any key: its wrapped data key and its item number.
 * Salt and commitment say nothing to a reader. Immutable.
 *
 * @param wrapped the data key and whose it is
 * @param item the number of the envelope within its request, 0 or more
 */
public record EnvelopeHeader(WrappedDataKey wrapped, int item) {
  /**
   * The header that stands in {@code bytes} at {@code offset}, or null when the {@value
   * EnvelopeFormat#HEADER_LENGTH} bytes there are not one that this release knows.
   */
  public static EnvelopeHeader parse(byte[] bytes, int offset) {
    if (bytes.length - offset < EnvelopeFormat.HEADER_LENGTH) {
      return null;
    }
    WrappedDataKey wrapped = WrappedDataKey.parse(bytes, offset);
    int item = EnvelopeFormat.getInt(bytes, offset + EnvelopeFormat.ITEM_OFFSET);
    return wrapped == null || item < 0 ? null : new EnvelopeHeader(wrapped, item);
  }
}
