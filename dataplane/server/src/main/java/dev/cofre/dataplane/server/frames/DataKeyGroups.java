package dev.cofre.dataplane.server.frames;

import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.frames.FrameFormat;

/**
 * In which group of the present run the envelopes of a data key are, so that one whose data key
 * must be fetched does not keep others waiting. Not thread-safe: one per event loop.
 */
final class DataKeyGroups {
  private static final int PLACES = 256;
  private static final int ID_AT = EnvelopeFormat.WRAP_OFFSET - 16;

  private final long[] high = new long[PLACES];
  private final long[] low = new long[PLACES];
  private final long[] run = new long[PLACES];
  private final int[] group = new int[PLACES];

  private int place;
  private long idHigh;
  private long idLow;

  /**
   * The group of the envelope that stands in {@code in}, or -1; then {@link #put} says which it is
   * in.
   */
  int find(long ofRun, byte[] in, int offset, int length) {
    boolean whole = length >= EnvelopeFormat.WRAP_OFFSET;
    idHigh = whole ? FrameFormat.getLong(in, offset + ID_AT) : 0;
    idLow = whole ? FrameFormat.getLong(in, offset + ID_AT + 8) : 0;
    long mixed = (idHigh ^ idLow) * 0x9E3779B97F4A7C15L;
    place = (int) (mixed >>> 56);
    return run[place] == ofRun && high[place] == idHigh && low[place] == idLow ? group[place] : -1;
  }

  /** Says in which group that envelope is. */
  void put(long ofRun, int newGroup) {
    run[place] = ofRun;
    high[place] = idHigh;
    low[place] = idLow;
    group[place] = newGroup;
  }
}
