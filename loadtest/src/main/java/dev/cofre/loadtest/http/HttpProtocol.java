package dev.cofre.loadtest.http;

import dev.cofre.loadtest.generator.Dialogue;
import dev.cofre.loadtest.generator.Protocol;
import java.util.List;

/**
 * HTTP/1.1 with keep-alive, one request at a time on each connection. Immutable.
 *
 * @param calls sent in turn, the same call for the same number in every run
 */
public record HttpProtocol(List<HttpCall> calls) implements Protocol {
  /** With at least one call. */
  public HttpProtocol {
    calls = List.copyOf(calls);
    if (calls.isEmpty()) {
      throw new IllegalArgumentException("no calls");
    }
  }

  @Override
  public String name() {
    return "http/1.1";
  }

  @Override
  public int openMax() {
    return 1;
  }

  @Override
  public Dialogue open() {
    return new HttpDialogue(this);
  }

  HttpCall call(long number) {
    return calls.get((int) (number % calls.size()));
  }
}
