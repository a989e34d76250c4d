package dev.cofre.cli;

import dev.cofre.client.BlockingCofreClient;
import dev.cofre.client.CofreException;
import java.io.Console;
import java.io.FileOutputStream;
import java.io.IOException;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code top}: a live data plane node, from its own figures. */
@Command(
    name = "top",
    description = {
      "Shows a live data plane node: requests, frames, data keys, HSM, audit log, event loops.",
      "Rates are of the last interval; the HSM's percentiles are since the node's start.",
      "On a terminal one page is drawn again and again until Ctrl-C; elsewhere one text after the"
          + " other is printed."
    })
final class TopCommand implements Callable<Integer> {
  private static final double INTERVAL_S_MIN = 0.1;
  private static final double INTERVAL_S_MAX = 3_600;
  private static final String CLEAR = "\u001b[H\u001b[2J";

  private final Terminal terminal;
  @Mixin private DataPlane plane = new DataPlane();
  @Mixin private OutputOption output;

  @Option(
      names = "--interval",
      paramLabel = "SECONDS",
      defaultValue = "2",
      description = "Seconds between two looks (default ${DEFAULT-VALUE}).")
  private double intervalS;

  @Option(names = "--once", description = "Look for one interval, print once, end: for scripts.")
  private boolean once;

  TopCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (!(intervalS >= INTERVAL_S_MIN && intervalS <= INTERVAL_S_MAX)) {
      throw new CliException(ExitCodes.USAGE, "--interval must be 0.1 to 3600 seconds");
    }
    String address = PlaneAddress.data(plane.url, terminal.environment());
    plane.call(terminal.environment(), client -> watch(client, address));
    return ExitCodes.OK;
  }

  private void watch(BlockingCofreClient client, String address) {
    NodeFigures before = look(client);
    do {
      pause();
      NodeFigures now = again(client, address);
      if (now != null) {
        show(new TopView(before, now), address);
        before = now;
      }
    } while (!once);
  }

  private static NodeFigures look(BlockingCofreClient client) {
    NodeFigures figures = NodeFigures.parse(client.metrics(), System.nanoTime());
    if (figures.isEmpty()) {
      throw new CliException(
          ExitCodes.FAILED,
          "the answer holds no figures of a node: is this address a data plane's?");
    }
    return figures;
  }

  /** A node that is restarted meanwhile is waited for; a script wants to know. */
  private NodeFigures again(BlockingCofreClient client, String address) {
    try {
      return look(client);
    } catch (CofreException e) {
      if (once) {
        throw e;
      }
      draw("data plane   " + address + "   " + Terminal.plain(e.getMessage()) + "\n");
      return null;
    }
  }

  private void show(TopView view, String address) {
    if (output.isJson()) {
      output.print(terminal, view.json());
    } else {
      draw(view.text(Terminal.plain(address)));
    }
  }

  private void draw(String text) {
    if (isScreen()) {
      terminal.print(
          CLEAR
              + LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS)
              + "  Ctrl-C ends\n"
              + text);
    } else {
      terminal.print(once ? text : text + "\n");
    }
  }

  @SuppressWarnings("SystemConsoleNull") // null again since JDK 25 when there is no terminal
  private boolean isScreen() {
    Console console = System.console();
    return !once
        && terminal.out() instanceof FileOutputStream
        && console != null
        && console.isTerminal();
  }

  private void pause() {
    try {
      Thread.sleep((long) (intervalS * 1_000));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CliException(ExitCodes.FAILED, "interrupted");
    }
  }
}
