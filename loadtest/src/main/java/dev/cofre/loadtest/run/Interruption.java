package dev.cofre.loadtest.run;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Lets Ctrl-C (SIGINT) and SIGTERM end a run early, and its report be written all the same. */
public final class Interruption {
  private static final long REPORT_SECONDS_MAX = 120;
  private static final int INVALID = 2;

  private Interruption() {}

  /**
   * Runs {@code body}; on a signal {@code stop} is called, and the process ends when the body has.
   */
  public static int guard(Runnable stop, Callable<Integer> body) throws Exception {
    CompletableFuture<Integer> ended = new CompletableFuture<>();
    Thread hook = Thread.ofPlatform().unstarted(() -> signalled(stop, ended));
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      int code = body.call();
      ended.complete(code);
      return code;
    } finally {
      ended.complete(INVALID);
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The signal was first: the hook ends the process.
        System.getLogger("load").log(System.Logger.Level.DEBUG, "ending by a signal", e);
      }
    }
  }

  private static void signalled(Runnable stop, CompletableFuture<Integer> ended) {
    System.err.println("load: stopping; the report is written");
    stop.run();
    int code = INVALID;
    try {
      code = ended.get(REPORT_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      System.err.println("load: no report: " + e);
    }
    Runtime.getRuntime().halt(code);
  }
}
