package dev.cofre.cli;

import dev.cofre.cli.agent.Agent;
import dev.cofre.cli.agent.AgentConfig;
import dev.cofre.cli.agent.AgentConfigReader;
import dev.cofre.cli.agent.AgentFolder;
import dev.cofre.cli.run.UnixSignal;
import dev.cofre.documents.yaml.FileErrors;
import dev.cofre.documents.yaml.YamlReader;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code agent}: keeps files with secrets up to date. */
@Command(
    name = "agent",
    description = {
      "Keeps files in memory up to date: from templates with secrets, with credentials whose",
      "leases it renews, with certificates. Goes on while the service is away, also after a",
      "restart of its own. SIGUSR1: reads all secrets now. SIGTERM, SIGINT, SIGHUP: ends in order."
    },
    footer = {
      "",
      "Example:",
      "  cofre agent --config agent.yaml",
      "Exit code 1 or 5 of --once: not all files could be written in time."
    })
final class AgentCommand implements Callable<Integer> {
  private static final long CALL_MS = 20_000;

  private final Terminal terminal;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Which files are kept, from what (YAML; docs/SECRETS.md).")
  private Path file;

  @Option(
      names = "--dry-run",
      description = "Only check the file and its templates; asks nothing, writes nothing.")
  private boolean dryRun;

  @Option(
      names = "--once",
      description = "Write all files and end; they and the leases stay. Runs no actions.")
  private boolean once;

  @Option(
      names = "--wait-seconds",
      paramLabel = "N",
      defaultValue = "60",
      description = "How long --once tries (default ${DEFAULT-VALUE}).")
  private int waitSeconds;

  @Mixin private ControlPlane plane;

  AgentCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws Exception {
    if (waitSeconds < 1) {
      throw new CliException(ExitCodes.USAGE, "--wait-seconds must be 1 or more");
    }
    AgentConfig config = config(file);
    if (dryRun) {
      return ExitCodes.OK;
    }
    // Before the folder is made: who cannot ask keeps nothing.
    plane.endpoint(terminal.environment(), SecretReader.ROLE);
    try (AgentFolder folder = folder(config)) {
      return plane.callSlowly(
          terminal.environment(), SecretReader.ROLE, CALL_MS, calls -> keep(config, folder, calls));
    }
  }

  private AgentConfig config(Path from) {
    if (from == null) {
      throw new CliException(ExitCodes.USAGE, "name the agent's file with --config");
    }
    byte[] bytes;
    try (InputStream in = Files.newInputStream(from)) {
      bytes = in.readNBytes(YamlReader.FILE_BYTES_MAX + 1);
    } catch (IOException e) {
      throw new CliException(ExitCodes.USAGE, "cannot read " + from);
    }
    FileErrors errors = new FileErrors();
    return AgentConfigReader.read(from, bytes, errors)
        .orElseThrow(() -> new CliException(ExitCodes.USAGE, String.join("; ", errors.lines())));
  }

  private AgentFolder folder(AgentConfig config) {
    try {
      return AgentFolder.open(config);
    } catch (IOException e) {
      throw new CliException(ExitCodes.USAGE, "the folder cannot be taken: " + e.getMessage());
    }
  }

  private int keep(AgentConfig config, AgentFolder folder, ControlPlane.Calls calls) {
    Agent agent =
        new Agent(
            config,
            folder,
            plane.holder(terminal.environment(), SecretReader.ROLE),
            new VaultClient(calls),
            Clock.systemUTC(),
            this::say);
    for (UnixSignal signal : new UnixSignal[] {UnixSignal.HUP, UnixSignal.INT, UnixSignal.TERM}) {
      signal.take(agent::stop);
    }
    UnixSignal.USR1.take(agent::look);
    try {
      if (!once) {
        agent.run();
        return ExitCodes.OK;
      }
      String missing = agent.runOnce(Duration.ofSeconds(waitSeconds));
      if (missing.isEmpty()) {
        return ExitCodes.OK;
      }
      throw new CliException(
          agent.isPlaneAway() ? ExitCodes.UNREACHABLE : ExitCodes.FAILED, missing);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CliException(ExitCodes.FAULT, "interrupted");
    }
  }

  private void say(String text) {
    terminal.err().println("cofre: " + Terminal.plain(text));
    terminal.err().flush();
  }

  @Command(
      description = {
        "Shows how the agent of a file is, without secrets; exit code 1 when it does not run or is",
        "not ready."
      })
  int status(
      @Option(
              names = "--config",
              paramLabel = "FILE",
              required = true,
              description = "The agent's file.")
          Path from,
      @Mixin OutputOption output)
      throws IOException {
    Path folder = config(from).folder();
    Optional<String> told = AgentFolder.status(folder);
    boolean running = AgentFolder.isRunning(folder);
    JsonObject status = told.map(JsonObject::new).orElseGet(JsonObject::new);
    boolean ready = running && status.getBoolean("ready", false);
    output.print(
        terminal, new JsonObject().put("running", running).mergeIn(status).put("ready", ready));
    return ready ? ExitCodes.OK : ExitCodes.FAILED;
  }
}
