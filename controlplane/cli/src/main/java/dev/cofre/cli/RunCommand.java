package dev.cofre.cli;

import dev.cofre.cli.run.Command;
import dev.cofre.cli.run.SecretFolder;
import dev.cofre.cli.run.SecretMap;
import dev.cofre.cli.run.UnixSignal;
import dev.cofre.documents.yaml.FileErrors;
import dev.cofre.documents.yaml.YamlReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code run}: a command with secrets in its environment and in files. */
@picocli.CommandLine.Command(
    name = "run",
    description = {
      "Runs a command with the secrets that a file names: in variables of its environment, and in",
      "files in memory that are gone when it ends. Its streams, signals and exit code are its own."
    },
    footer = {
      "",
      "Example:",
      "  cofre run --secrets map.yaml --watch -- ./server --port 8080",
      "Further exit codes: 126, 127 when the command cannot be run or found; else the command's."
    })
final class RunCommand implements Callable<Integer> {
  private final Terminal terminal;

  /** What is done about a new version. */
  enum OnChange {
    signal,
    restart,
    none
  }

  @Option(
      names = "--secrets",
      required = true,
      paramLabel = "FILE",
      description = "Which secrets go where (YAML; docs/SECRETS.md).")
  private Path file;

  @Option(
      names = "--dry-run",
      description = "Only show what would be given; reads no value, runs nothing.")
  private boolean dryRun;

  @Option(names = "--watch", description = "Read the secrets again and again.")
  private boolean watch;

  @Option(
      names = "--interval-seconds",
      paramLabel = "N",
      defaultValue = "60",
      description = "After how long, a fifth more or less (default ${DEFAULT-VALUE}).")
  private int intervalSeconds;

  @Option(
      names = "--on-change",
      paramLabel = "WHAT",
      defaultValue = "signal",
      description =
          "With --watch, when a secret has a new version, and files are written anew: signal,"
              + " restart or none (default ${DEFAULT-VALUE}).")
  private OnChange onChange;

  @Option(
      names = "--signal",
      paramLabel = "NAME",
      defaultValue = "HUP",
      description = "The signal: ${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}).")
  private UnixSignal signal;

  @Option(
      names = "--stop-seconds",
      paramLabel = "N",
      defaultValue = "30",
      description = "How long a restart waits before it kills (default ${DEFAULT-VALUE}).")
  private int stopSeconds;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description =
          "The folder of the files; it is made (default: one in XDG_RUNTIME_DIR, /dev/shm).")
  private Path directory;

  @Option(names = "--allow-disk", description = "Take --dir though it is not in memory (tmpfs).")
  private boolean allowDisk;

  @Parameters(paramLabel = "COMMAND", arity = "0..*", description = "After --: what is run.")
  private List<String> line = List.of();

  @Mixin private OutputOption output;
  @Mixin private ControlPlane plane;

  RunCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws Exception {
    if (intervalSeconds < 1 || stopSeconds < 0) {
      throw new CliException(
          ExitCodes.USAGE, "--interval-seconds must be 1 or more, --stop-seconds 0 or more");
    }
    SecretMap map = map();
    if (dryRun) {
      return new RunPlan(terminal, output, plane).print(map);
    }
    if (line.isEmpty()) {
      throw new CliException(ExitCodes.USAGE, "name the command to be run after --");
    }
    GivenSecrets given = new GivenSecrets(map, new SecretReader(terminal, plane));
    try {
      given.readFirst();
      Command command = new Command(line);
      if (map.hasFiles()) {
        return withFiles(command, given);
      }
      atShutdown(command::forbid);
      return run(command, given);
    } finally {
      given.wipe();
    }
  }

  private SecretMap map() {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(YamlReader.FILE_BYTES_MAX + 1);
    } catch (IOException e) {
      throw new CliException(ExitCodes.USAGE, "cannot read " + file);
    }
    FileErrors errors = new FileErrors();
    return SecretMap.read(file.toString(), bytes, errors)
        .orElseThrow(() -> new CliException(ExitCodes.USAGE, String.join("; ", errors.lines())));
  }

  /** For an end by a signal before the command has the signals. */
  private static void atShutdown(Runnable task) {
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(task));
  }

  private int withFiles(Command command, GivenSecrets given) throws Exception {
    SecretFolder folder = folder();
    try {
      atShutdown(
          () -> {
            command.forbid();
            close(folder);
          });
      given.writeTo(folder);
      return run(command, given);
    } finally {
      close(folder);
    }
  }

  private void close(SecretFolder folder) {
    try {
      folder.close();
    } catch (IOException e) {
      say("files with secrets may be left in " + folder.path() + ": " + e.getMessage());
    }
  }

  private SecretFolder folder() {
    try {
      if (directory == null) {
        return SecretFolder.in(
            SecretFolder.base(terminal.environment())
                .orElseThrow(
                    () ->
                        new CliException(
                            ExitCodes.USAGE,
                            "neither XDG_RUNTIME_DIR nor /dev/shm is a folder in memory (tmpfs)"
                                + " that can be written to; name one with --dir")));
      }
      Path parent = directory.toAbsolutePath().normalize().getParent();
      if (parent == null || !Files.isDirectory(parent)) {
        throw new CliException(ExitCodes.USAGE, "--dir: there is no folder to make it in");
      }
      if (!SecretFolder.isInMemory(parent)) {
        if (!allowDisk) {
          throw new CliException(
              ExitCodes.USAGE,
              "--dir: " + parent + " is not in memory (tmpfs); --allow-disk takes it all the same");
        }
        say("the files stand in " + parent + ", which is not in memory (tmpfs)");
      }
      return SecretFolder.at(directory.toAbsolutePath().normalize());
    } catch (IOException e) {
      throw new CliException(
          ExitCodes.USAGE, "the folder of secrets cannot be made: " + e.getMessage());
    }
  }

  private int run(Command command, GivenSecrets given) throws InterruptedException {
    command.takeSignals();
    try {
      command.start(given.variables());
    } catch (IOException e) {
      return notRun(e);
    }
    if (watch) {
      Thread.ofPlatform().daemon().name("watch").start(watcher(command, given));
    }
    return command.await();
  }

  private int notRun(IOException failure) {
    say("cannot run " + line.getFirst() + ": " + failure.getMessage());
    return Command.exitCode(failure);
  }

  private SecretWatch watcher(Command command, GivenSecrets given) {
    return new SecretWatch(
        given, Duration.ofSeconds(intervalSeconds), this::say, () -> changed(command, given));
  }

  private void changed(Command command, GivenSecrets given) {
    switch (onChange) {
      case signal -> command.send(signal);
      case restart -> restart(command, given.variables());
      case none -> {
        // Who reads the files finds them new.
      }
    }
  }

  private void restart(Command command, Map<String, String> variables) {
    try {
      if (command.restart(variables, Duration.ofSeconds(stopSeconds))) {
        say("the command runs anew");
      }
    } catch (IOException e) {
      notRun(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void say(String text) {
    terminal.err().println("cofre: " + Terminal.plain(text));
    terminal.err().flush();
  }
}
