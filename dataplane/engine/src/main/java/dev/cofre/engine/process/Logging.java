package dev.cofre.engine.process;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * One line a record on standard error: UTC time, level, message. Exceptions show their chain of
 * messages, stack traces only with {@code COFRE_LOG=debug}.
 */
public final class Logging {
  private Logging() {}

  /** Replaces the JDK's default handlers. */
  public static void install() {
    boolean debug = "debug".equals(System.getenv("COFRE_LOG"));
    Logger root = Logger.getLogger("");
    for (Handler handler : root.getHandlers()) {
      root.removeHandler(handler);
    }
    ConsoleHandler handler = new ConsoleHandler();
    handler.setLevel(Level.ALL);
    handler.setFormatter(new LineFormatter(debug));
    root.addHandler(handler);
    root.setLevel(Level.WARNING);
    OURS.setLevel(debug ? Level.FINE : Level.INFO);
  }

  /** Held, so that its level is not collected with it. */
  private static final Logger OURS = Logger.getLogger("dev.cofre");

  private static final class LineFormatter extends Formatter {
    private final boolean debug;

    LineFormatter(boolean debug) {
      this.debug = debug;
    }

    @Override
    public String format(LogRecord record) {
      StringBuilder line = new StringBuilder(160);
      line.append(Instant.ofEpochMilli(record.getMillis()).truncatedTo(ChronoUnit.MILLIS));
      line.append(' ').append(record.getLevel().getName().toLowerCase(Locale.ROOT));
      line.append(' ').append(formatMessage(record).replace('\n', ' ').replace('\r', ' '));
      for (Throwable cause = record.getThrown(); cause != null; cause = cause.getCause()) {
        line.append(": ").append(cause.getClass().getSimpleName());
        if (cause.getMessage() != null) {
          line.append(' ').append(cause.getMessage().replace('\n', ' ').replace('\r', ' '));
        }
      }
      line.append('\n');
      if (debug && record.getThrown() != null) {
        for (StackTraceElement frame : record.getThrown().getStackTrace()) {
          line.append("    at ").append(frame).append('\n');
        }
      }
      return line.toString();
    }
  }
}
