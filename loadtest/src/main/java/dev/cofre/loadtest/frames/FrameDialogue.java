package dev.cofre.loadtest.frames;

import dev.cofre.contract.frames.FrameFormat;
import dev.cofre.contract.frames.FrameReader;
import dev.cofre.contract.frames.FrameStatus;
import dev.cofre.contract.frames.FrameType;
import dev.cofre.loadtest.generator.Answers;
import dev.cofre.loadtest.generator.Dialogue;
import dev.cofre.loadtest.generator.GarbledAnswerException;
import dev.cofre.loadtest.generator.RefusedConnectionException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** One connection's requests and answers, which may come in any order. Not thread-safe. */
final class FrameDialogue implements Dialogue {
  private static final String WRONG_ANSWER = "wrong_answer";
  private static final int FRAME_BYTES_MAX = 1 << 24;
  private static final int BUFFER_BYTES = 64 * 1024;

  private final FramesProtocol.Speaker speaker;
  private final FrameReader reader = new FrameReader();
  private final long[] numbers;
  private final int[] correlations;
  private final int mask;
  private byte[] in = new byte[BUFFER_BYTES];
  private int length;
  private byte[] out = new byte[BUFFER_BYTES];
  private ByteBuffer outBuffer = ByteBuffer.wrap(out);
  private int next;
  private boolean ready;
  private boolean ending;

  FrameDialogue(FramesProtocol.Speaker speaker, int openMax) {
    this.speaker = speaker;
    int places = Integer.highestOneBit(Math.max(64, openMax * 16));
    this.numbers = new long[places];
    this.correlations = new int[places];
    this.mask = places - 1;
    Arrays.fill(correlations, -1);
  }

  @Override
  public byte[] greeting() {
    return speaker.hello();
  }

  @Override
  public boolean isReady() {
    return ready;
  }

  @Override
  public ByteBuffer request(long number) {
    byte[] frame = speaker.calls().at(number).frame();
    if (out.length < frame.length) {
      out = new byte[frame.length];
      outBuffer = ByteBuffer.wrap(out);
    }
    int correlation = next++ & Integer.MAX_VALUE;
    numbers[correlation & mask] = number;
    correlations[correlation & mask] = correlation;
    System.arraycopy(frame, 0, out, 0, frame.length);
    FrameFormat.putInt(out, FrameFormat.CORRELATION_AT, correlation);
    return outBuffer.clear().limit(frame.length);
  }

  @Override
  public void read(ByteBuffer bytes, Answers answers)
      throws GarbledAnswerException, RefusedConnectionException {
    int more = bytes.remaining();
    if (in.length - length < more) {
      in = Arrays.copyOf(in, Math.max(2 * in.length, length + more));
    }
    bytes.get(in, length, more);
    length += more;
    int at = 0;
    while (true) {
      int frame = reader.read(in, at, length, FRAME_BYTES_MAX);
      if (frame == FrameReader.INCOMPLETE) {
        break;
      }
      if (frame == FrameReader.MALFORMED) {
        throw new GarbledAnswerException("no frame");
      }
      take(answers);
      at += frame;
    }
    length -= at;
    System.arraycopy(in, at, in, 0, length);
  }

  private void take(Answers answers) throws GarbledAnswerException, RefusedConnectionException {
    int type = reader.type();
    if (type == (FrameType.GOAWAY | FrameType.ANSWER)) {
      ending = true;
    } else if (type == (FrameType.HELLO | FrameType.ANSWER)) {
      if (reader.status() != FrameStatus.OK) {
        throw new RefusedConnectionException(FrameStatus.text(reader.status()));
      }
      ready = true;
    } else {
      int place = reader.correlation() & mask;
      if (!ready || correlations[place] != reader.correlation()) {
        throw new GarbledAnswerException("an answer that nobody asked for");
      }
      long number = numbers[place];
      correlations[place] = -1;
      answers.answered(number, code(number));
    }
  }

  private String code(long number) {
    FrameCall call = speaker.calls().at(number);
    if (reader.status() != FrameStatus.OK || call.codeExpected() != null) {
      String code = FrameStatus.text(reader.status());
      return code.equals(call.codeExpected()) ? null : code;
    }
    return call.accepts(in, reader.bodyOffset(), reader.bodyLength()) ? null : WRONG_ANSWER;
  }

  @Override
  public boolean goesOn() {
    return !ending;
  }
}
