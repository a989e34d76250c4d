package dev.cofre.cli.agent;

import dev.cofre.cli.run.UnixSignal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What is done when a file has changed: a command is run, or a process gets a signal. Immutable;
 * equal ones are done once for all files that have them.
 *
 * @param command empty for a signal
 * @param signal null for a command
 * @param pidFile null for a command
 */
record OnChange(List<String> command, Duration timeout, UnixSignal signal, Path pidFile) {
  /** Takes a copy. */
  OnChange {
    command = List.copyOf(command);
  }

  /** What says of it which one it is; arguments are left out. */
  String title() {
    return signal == null ? command.getFirst() : "SIG" + signal + " to " + pidFile;
  }

  /** What tells it from others in the cache. */
  String id() {
    return signal == null ? String.join("\0", command) : title();
  }
}
