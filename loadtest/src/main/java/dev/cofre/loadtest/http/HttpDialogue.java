package dev.cofre.loadtest.http;

import dev.cofre.loadtest.generator.Answers;
import dev.cofre.loadtest.generator.Dialogue;
import dev.cofre.loadtest.generator.GarbledAnswerException;
import java.nio.ByteBuffer;

/** One connection's requests and answers. Not thread-safe. */
final class HttpDialogue implements Dialogue {
  private static final String WRONG_ANSWER = "wrong_answer";
  private static final long NONE = -1;

  private final HttpProtocol protocol;
  private final AnswerParser parser = new AnswerParser();
  private HttpCall call;
  private long open = NONE;
  private boolean ending;

  HttpDialogue(HttpProtocol protocol) {
    this.protocol = protocol;
  }

  @Override
  public ByteBuffer request(long number) {
    call = protocol.call(number);
    open = number;
    parser.expect(call);
    return call.bytes().duplicate();
  }

  @Override
  public void read(ByteBuffer in, Answers answers) throws GarbledAnswerException {
    if (open == NONE) {
      throw new GarbledAnswerException("bytes that nobody asked for");
    }
    if (parser.read(in)) {
      if (in.hasRemaining()) {
        throw new GarbledAnswerException("bytes after the answer's end");
      }
      ending = parser.isLast();
      long number = open;
      open = NONE;
      answers.answered(number, code());
    }
  }

  @Override
  public void ended(Answers answers) {
    if (open != NONE && parser.endsWithConnection()) {
      ending = true;
      long number = open;
      open = NONE;
      answers.answered(number, code());
    }
  }

  private String code() {
    String expected = call.answer().code();
    if (parser.status() >= 300) {
      String code = parser.problemCode();
      return code.equals(expected) ? null : code;
    }
    return expected == null && parser.isAsExpected() ? null : WRONG_ANSWER;
  }

  @Override
  public boolean goesOn() {
    return !ending;
  }
}
