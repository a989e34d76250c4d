package dev.cofre.loadtest.frames;

import dev.cofre.loadtest.generator.Dialogue;
import dev.cofre.loadtest.generator.Protocol;
import dev.cofre.loadtest.generator.Sequence;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;

/** Frames, many requests at once on each connection. Immutable. */
public final class FramesProtocol implements Protocol {
  private final byte[] hello;
  private final Sequence<FrameCall> calls;
  private final Supplier<SSLEngine> tls;
  private final int openMax;

  /**
   * Sends {@code calls} in turn, the same call for the same number in every run.
   *
   * @param hello the whole first frame; it holds a token
   * @param openMax how many requests are open at once on a connection
   */
  public FramesProtocol(byte[] hello, List<FrameCall> calls, int openMax) {
    this(hello, Sequence.inTurn(calls), openMax, () -> null);
  }

  /**
   * Sends {@code calls}.
   *
   * @param tls makes the TLS of each connection; null for none
   */
  public FramesProtocol(
      byte[] hello, Sequence<FrameCall> calls, int openMax, Supplier<SSLEngine> tls) {
    this.hello = hello.clone();
    this.calls = calls;
    this.openMax = openMax;
    this.tls = tls;
    if (openMax < 1) {
      throw new IllegalArgumentException("none may be open");
    }
  }

  @Override
  public String name() {
    return "frames/1";
  }

  @Override
  public int openMax() {
    return openMax;
  }

  @Override
  public SSLEngine tls() {
    return tls.get();
  }

  @Override
  public Dialogue open() {
    return new FrameDialogue(this);
  }

  byte[] hello() {
    return hello;
  }

  FrameCall call(long number) {
    return calls.at(number);
  }
}
