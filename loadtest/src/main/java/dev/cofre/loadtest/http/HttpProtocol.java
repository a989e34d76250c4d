package dev.cofre.loadtest.http;

import dev.cofre.loadtest.generator.Dialogue;
import dev.cofre.loadtest.generator.Protocol;
import dev.cofre.loadtest.generator.Sequence;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;

/** HTTP/1.1 with keep-alive, one request at a time on each connection. Immutable. */
public final class HttpProtocol implements Protocol {
  private final Sequence<HttpCall> calls;
  private final Supplier<SSLEngine> tls;

  /** Sends {@code calls} in turn, the same call for the same number in every run. */
  public HttpProtocol(List<HttpCall> calls) {
    this(Sequence.inTurn(calls), () -> null);
  }

  /**
   * Sends {@code calls}.
   *
   * @param tls makes the TLS of each connection; null for none
   */
  public HttpProtocol(Sequence<HttpCall> calls, Supplier<SSLEngine> tls) {
    this.calls = calls;
    this.tls = tls;
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
  public SSLEngine tls() {
    return tls.get();
  }

  @Override
  public Dialogue open() {
    return new HttpDialogue(this);
  }

  HttpCall call(long number) {
    return calls.at(number);
  }
}
