package dev.cofre.loadtest.frames;

import dev.cofre.loadtest.generator.Dialogue;
import dev.cofre.loadtest.generator.Protocol;
import dev.cofre.loadtest.generator.Sequence;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;

/** Frames, many requests at once on each connection. Thread-safe. */
public final class FramesProtocol implements Protocol {
  private final List<Speaker> turn;
  private final AtomicLong opened = new AtomicLong();
  private final Supplier<SSLEngine> tls;
  private final int openMax;

  /**
   * Who speaks on a connection, and what it sends.
   *
   * @param hello the whole first frame; it holds a token
   */
  public record Speaker(byte[] hello, Sequence<FrameCall> calls) {
    @Override
    public String toString() {
      return "Speaker";
    }
  }

  /**
   * Sends {@code calls} in turn, the same call for the same number in every run.
   *
   * @param hello the whole first frame; it holds a token
   * @param openMax how many requests are open at once on a connection
   */
  public FramesProtocol(byte[] hello, List<FrameCall> calls, int openMax) {
    this(List.of(new Speaker(hello.clone(), Sequence.inTurn(calls))), openMax, () -> null);
  }

  /**
   * Gives the connections, as they are opened, to those in {@code turn}, again and again.
   *
   * @param tls makes the TLS of each connection; null for none
   */
  public FramesProtocol(List<Speaker> turn, int openMax, Supplier<SSLEngine> tls) {
    this.turn = List.copyOf(turn);
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
    int place = (int) (opened.getAndIncrement() % turn.size());
    return new FrameDialogue(turn.get(place), openMax);
  }
}
