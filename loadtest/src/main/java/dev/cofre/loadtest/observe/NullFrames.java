package dev.cofre.loadtest.observe;

import dev.cofre.contract.frames.FrameFormat;
import dev.cofre.contract.frames.FrameType;
import java.nio.ByteBuffer;

/** Each frame is answered by one without a body. */
final class NullFrames implements NullAnswers {
  @Override
  public boolean answer(ByteBuffer in, ByteBuffer out) {
    int at = in.position();
    int length = in.remaining() < FrameFormat.HEADER_LENGTH ? 0 : in.getInt(at);
    if (length < FrameFormat.HEADER_LENGTH || in.remaining() < length) {
      return false;
    }
    int type = (in.get(at + FrameFormat.TYPE_AT) & 0xff) | FrameType.ANSWER;
    out.putLong(FrameFormat.headerHigh(FrameFormat.HEADER_LENGTH, type, 0, 0));
    out.putLong(FrameFormat.headerLow(in.getInt(at + FrameFormat.CORRELATION_AT), 0, 0));
    in.position(at + length);
    return true;
  }
}
