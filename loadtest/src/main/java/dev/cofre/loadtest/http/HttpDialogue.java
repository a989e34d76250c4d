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
  private long open = NONE;
  private boolean ending;

  HttpDialogue(HttpProtocol protocol) {
    this.protocol = protocol;
  }

  @Override
  public ByteBuffer request(long number) {
    HttpCall call = protocol.call(number);
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

  private String code() {
    if (parser.status() >= 300) {
      return parser.problemCode();
    }
    return parser.isAsExpected() ? null : WRONG_ANSWER;
  }

  @Override
  public boolean goesOn() {
    return !ending;
  }
}
