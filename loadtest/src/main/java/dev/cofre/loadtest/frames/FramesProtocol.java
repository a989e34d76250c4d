package dev.cofre.loadtest.frames;

import dev.cofre.loadtest.generator.Dialogue;
import dev.cofre.loadtest.generator.Protocol;
import java.util.List;

/** Frames, many requests at once on each connection. Immutable. */
public final class FramesProtocol implements Protocol {
  private final byte[] hello;
  private final List<FrameCall> calls;
  private final int openMax;

  /**
   * Sends {@code calls} in turn, the same call for the same number in every run.
   *
   * @param hello the whole first frame; it holds a token
   * @param openMax how many requests are open at once on a connection
   */
  public FramesProtocol(byte[] hello, List<FrameCall> calls, int openMax) {
    this.hello = hello.clone();
    this.calls = List.copyOf(calls);
    this.openMax = openMax;
    if (calls.isEmpty() || openMax < 1) {
      throw new IllegalArgumentException("no calls, or none may be open");
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
  public Dialogue open() {
    return new FrameDialogue(this);
  }

  byte[] hello() {
    return hello;
  }

  FrameCall call(long number) {
    return calls.get((int) (number % calls.size()));
  }
}
