package dev.cofre.loadtest.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.cofre.loadtest.generator.GarbledAnswerException;
import java.nio.ByteBuffer;

/**
 * Reads one answer after the other: status line, the few headers that matter, a body of known
 * length or in chunks. Not thread-safe.
 */
final class AnswerParser {
  private static final int LINE_BYTES_MAX = 8 * 1024;
  private static final int PROBLEM_BYTES_MAX = 1_024;
  private static final byte[] HTTP_1_1 = "http/1.1 ".getBytes(ISO_8859_1);
  private static final byte[] HTTP_1_0 = "http/1.0 ".getBytes(ISO_8859_1);
  private static final byte[] CONTENT_LENGTH = "content-length:".getBytes(ISO_8859_1);
  private static final byte[] TRANSFER_ENCODING = "transfer-encoding:".getBytes(ISO_8859_1);
  private static final byte[] CONNECTION = "connection:".getBytes(ISO_8859_1);
  private static final String CODE = "\"code\":\"";

  private enum State {
    STATUS,
    HEADER,
    BODY,
    BODY_TO_END,
    CHUNK_SIZE,
    CHUNK,
    CHUNK_END,
    TRAILER
  }

  private final byte[] line = new byte[LINE_BYTES_MAX];
  private final byte[] problem = new byte[PROBLEM_BYTES_MAX];
  private int lineLength;
  private int problemLength;
  private State state = State.STATUS;
  private HttpCall call;
  private int status;
  private boolean chunked;
  private boolean last;
  private boolean asExpected;
  private BodySearch search;
  private long left;
  private long bodyLength;

  /** What comes next answers {@code newCall}. */
  void expect(HttpCall newCall) {
    call = newCall;
    state = State.STATUS;
    lineLength = 0;
    problemLength = 0;
    chunked = false;
    last = false;
    asExpected = true;
    byte[] without = newCall.answer().without();
    search = without == null ? null : new BodySearch(without);
    left = -1;
    bodyLength = 0;
  }

  /** Takes bytes of {@code in} up to the answer's end; true when that was seen. */
  boolean read(ByteBuffer in) throws GarbledAnswerException {
    while (in.hasRemaining()) {
      if (state == State.BODY_TO_END) {
        left = in.remaining();
        body(in);
      } else if (state == State.BODY || state == State.CHUNK) {
        body(in);
        if (left == 0 && endOfBody()) {
          return true;
        }
      } else if (readLine(in) && endOfLine()) {
        return true;
      }
    }
    return false;
  }

  /** Gathers a line without its end; true when that was seen. */
  private boolean readLine(ByteBuffer in) throws GarbledAnswerException {
    while (in.hasRemaining()) {
      byte next = in.get();
      if (next == '\n') {
        if (lineLength > 0 && line[lineLength - 1] == '\r') {
          lineLength--;
        }
        return true;
      }
      if (lineLength == line.length) {
        throw new GarbledAnswerException("a line without an end");
      }
      line[lineLength++] = next;
    }
    return false;
  }

  /** Understands a line; true when the answer ends with it. */
  private boolean endOfLine() throws GarbledAnswerException {
    boolean end = false;
    switch (state) {
      case STATUS -> statusLine();
      case HEADER -> end = lineLength == 0 ? endOfHead() : header();
      case CHUNK_SIZE -> chunkSize();
      case CHUNK_END -> state = State.CHUNK_SIZE;
      default -> end = lineLength == 0;
    }
    lineLength = 0;
    return end;
  }

  private void statusLine() throws GarbledAnswerException {
    boolean older = lineLength >= 12 && startsWith(HTTP_1_0);
    if (lineLength < 12 || (!older && !startsWith(HTTP_1_1))) {
      throw new GarbledAnswerException("no status line");
    }
    status = (int) number(9, 12, 10);
    last = older;
    state = State.HEADER;
  }

  /** Never the answer's end. */
  private boolean header() throws GarbledAnswerException {
    if (startsWith(CONTENT_LENGTH)) {
      left = number(CONTENT_LENGTH.length, lineLength, 10);
    } else if (startsWith(TRANSFER_ENCODING)) {
      chunked = true;
    } else if (startsWith(CONNECTION)) {
      String value = new String(line, 0, lineLength, ISO_8859_1).toLowerCase(java.util.Locale.ROOT);
      last = value.contains("close") || (last && !value.contains("keep-alive"));
    }
    return false;
  }

  private boolean endOfHead() throws GarbledAnswerException {
    if (status < 200) {
      state = State.STATUS;
      return false;
    }
    boolean bare = status == 204 || status == 304 || !call.answer().hasBody();
    if (bare) {
      left = 0;
    } else if (chunked) {
      state = State.CHUNK_SIZE;
      return false;
    } else if (left < 0 && last) {
      state = State.BODY_TO_END;
      return false;
    } else if (left < 0) {
      throw new GarbledAnswerException("an answer without a length");
    }
    state = State.BODY;
    return left <= 0 && endOfBody();
  }

  private void chunkSize() throws GarbledAnswerException {
    left = number(0, lineLength, 16);
    state = left == 0 ? State.TRAILER : State.CHUNK;
  }

  private void body(ByteBuffer in) {
    int count = (int) Math.min(left, in.remaining());
    if (status >= 300) {
      int kept = Math.min(count, problem.length - problemLength);
      in.get(in.position(), problem, problemLength, kept);
      problemLength += kept;
    } else {
      asExpected &= call.accepts(bodyLength, in.slice(in.position(), count));
      asExpected &= search == null || !search.found(in.slice(in.position(), count));
    }
    in.position(in.position() + count);
    bodyLength += count;
    left -= count;
  }

  /** The end of a chunk or of the whole answer. */
  private boolean endOfBody() {
    if (state == State.CHUNK) {
      state = State.CHUNK_END;
      return false;
    }
    return true;
  }

  private boolean startsWith(byte[] lowerCase) {
    if (lineLength < lowerCase.length) {
      return false;
    }
    for (int i = 0; i < lowerCase.length; i++) {
      byte here = line[i];
      if (here != lowerCase[i] && (here < 'A' || here > 'Z' || here + 32 != lowerCase[i])) {
        return false;
      }
    }
    return true;
  }

  private long number(int from, int to, int radix) throws GarbledAnswerException {
    long number = 0;
    int digits = 0;
    for (int i = from; i < to && line[i] != ';'; i++) {
      int digit = Character.digit(line[i], radix);
      if (digit >= 0 && ++digits < 16) {
        number = number * radix + digit;
      } else if (line[i] != ' ') {
        throw new GarbledAnswerException("not a number");
      }
    }
    if (digits == 0) {
      throw new GarbledAnswerException("not a number");
    }
    return number;
  }

  /** Whether the answer is whole when the connection ends now. */
  boolean endsWithConnection() {
    return state == State.BODY_TO_END;
  }

  int status() {
    return status;
  }

  /** Whether the connection ends with this answer. */
  boolean isLast() {
    return last;
  }

  /** Whether the body is what the call expects. */
  boolean isAsExpected() {
    return asExpected && call.acceptsLength(bodyLength);
  }

  /** The code of a problem, else {@code http_} and the status. */
  String problemCode() {
    String text = new String(problem, 0, problemLength, ISO_8859_1);
    int from = text.indexOf(CODE);
    int to = from < 0 ? -1 : text.indexOf('"', from + CODE.length());
    return to < 0 ? "http_" + status : text.substring(from + CODE.length(), to);
  }
}
