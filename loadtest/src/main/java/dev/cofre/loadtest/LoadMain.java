package dev.cofre.loadtest;

import dev.cofre.loadtest.command.LoadCommand;
import dev.cofre.loadtest.document.WrongFileException;
import dev.cofre.loadtest.run.UsageException;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine;

/** {@code ./cofre load}. */
public final class LoadMain {
  private static final int FAULT = 70;
  private static final int INVALID = 2;

  private LoadMain() {}

  /** Runs the command and ends the process. */
  public static void main(String[] args) {
    System.exit(execute(args));
  }

  /** Runs the command; returns its exit code. */
  static int execute(String... args) {
    return new CommandLine(new LoadCommand())
        .setCommandName("./cofre load")
        .setExecutionExceptionHandler(LoadMain::failed)
        .execute(args);
  }

  /** What an operator can do something about is a line or two; only a fault has a stack trace. */
  private static int failed(Exception e, CommandLine line, CommandLine.ParseResult result) {
    PrintWriter err = line.getErr();
    switch (e) {
      case WrongFileException wrong -> err.println(wrong.getMessage());
      case UsageException usage -> err.println("load: " + usage.getMessage());
      case IOException io -> err.println("load: " + io.getMessage());
      case InterruptedException interrupted -> Thread.currentThread().interrupt();
      default -> {
        err.println("load: a fault of the program");
        e.printStackTrace(err);
        return FAULT;
      }
    }
    return INVALID;
  }
}
