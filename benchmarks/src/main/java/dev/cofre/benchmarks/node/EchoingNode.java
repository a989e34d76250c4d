package dev.cofre.benchmarks.node;

import dev.cofre.benchmarks.echo.HttpEcho;
import dev.cofre.dataplane.server.DataPlaneMain;
import dev.cofre.dataplane.server.Instruments;
import java.util.List;

/**
 * A data plane node with an echo of its own beside it: another listener, on an event loop of its
 * own, in the same process. What a request costs above its echo is told by windows of both by
 * turns: code that was compiled for the same mix, one heap, the same threads in the background.
 */
public final class EchoingNode {
  private static final String USAGE =
      "usage: EchoingNode --echo PORT[,CERTIFICATE,KEY] --config FILE";

  private EchoingNode() {}

  /** Runs until SIGTERM. */
  public static void main(String[] args) {
    if (args.length < 2 || !args[0].equals("--echo")) {
      System.err.println(USAGE);
      System.exit(2);
    }
    System.err.println("this node has a listener that knows no tokens; it is for benchmarks alone");
    HttpEcho.listen(List.of(args[1].split(",")));
    DataPlaneMain.run(
        List.of(args).subList(2, args.length).toArray(String[]::new), Instruments.NONE);
  }
}
