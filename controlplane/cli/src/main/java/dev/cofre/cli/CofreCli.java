package dev.cofre.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.logging.LogManager;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IFactory;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;

/** The command line's main class and root command. */
@Command(
    name = "cofre",
    description = "Encrypts and decrypts with, and manages, the keys of a Cofre service.",
    mixinStandardHelpOptions = true,
    versionProvider = CofreCli.Version.class,
    scope = ScopeType.INHERIT,
    sortOptions = false,
    usageHelpAutoWidth = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:refused by the service, or the answer or envelope is not whole or not valid",
      "2:wrong usage: options, environment or token file;"
          + " of plan, diff and apply --dry-run: something would be changed",
      "3:taken, and waits for others: for their approval, or for what is left of an incident",
      "4:the input cannot be read or the output cannot be written",
      "5:the service cannot be reached or did not answer in time",
      "6:done, but not known to be in force on every data plane node in time (--wait)",
      "70:a fault of this program"
    },
    footerHeading = "%nEnvironment:%n",
    footer = {
      "  COFRE_DATA_URL, COFRE_CONTROL_URL   addresses of the planes",
      "  COFRE_TOKEN_FILE, COFRE_CA_FILE   token; trusted certificates, PEM",
      "  COFRE_HOME        state of ./cofre dev, whose tokens are found there",
      "  COFRE_PORT_BASE   port of the data plane on this machine (8440)"
    },
    subcommands = {
      EncryptCommand.class,
      DecryptCommand.class,
      InspectCommand.class,
      TopCommand.class,
      KeyCommand.class,
      PolicyCommand.class,
      DataClassCommand.class,
      ApprovalCommand.class,
      PrincipalCommand.class,
      GroupCommand.class,
      NodeCommand.class,
      QuotaCommand.class,
      SecretCommand.class,
      PkiCommand.class,
      RunCommand.class,
      AgentCommand.class,
      ScanCommand.class,
      ApplyCommand.class,
      PlanCommand.class,
      DiffCommand.class,
      ExportCommand.class,
      SchemaCommand.class,
      NoticeCommand.class,
      OrphanCommand.class,
      IdentityCommand.class,
      LoginCommand.class,
      EnrolCommand.class,
      AuditCommand.class,
      AlertCommand.class,
      IncidentCommand.class,
      CompletionCommand.class
    })
public final class CofreCli {
  private CofreCli() {}

  /** Runs the command of {@code args} and exits with its code. */
  public static void main(String[] args) {
    // A command tells its failures itself; what libraries log would stand between its lines.
    LogManager.getLogManager().reset();
    System.exit(run(Terminal.ofProcess(), args));
  }

  /** Runs the command of {@code args} and returns its exit code. */
  static int run(Terminal terminal, String... args) {
    return commandLine(terminal).execute(args);
  }

  static CommandLine commandLine(Terminal terminal) {
    CommandLine cli = new CommandLine(new CofreCli(), new CommandFactory(terminal));
    cli.setCaseInsensitiveEnumValuesAllowed(true);
    // An argument that begins with @ may be the argument of a command that is run.
    cli.setExpandAtFiles(false);
    cli.setErr(terminal.err());
    cli.setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8));
    cli.setParameterExceptionHandler((failure, args) -> misused(terminal, failure));
    cli.setExecutionExceptionHandler(
        (failure, command, parsed) -> failed(terminal, failure, parsed));
    return cli;
  }

  private static int misused(Terminal terminal, ParameterException failure) {
    String command = failure.getCommandLine().getCommandSpec().qualifiedName();
    report(terminal, failure.getMessage() + " (see " + command + " --help)");
    return ExitCodes.USAGE;
  }

  private static int failed(Terminal terminal, Exception failure, ParseResult parsed)
      throws Exception {
    if (failure instanceof PendingException pending) {
      OutputOption.printPending(terminal, pending.approval(), parsed);
      report(terminal, pending.line());
      return ExitCodes.PENDING;
    }
    if (failure instanceof NotEnforcedException done) {
      OutputOption.printAnswer(terminal, done.answer(), parsed);
      report(terminal, done.line());
      return ExitCodes.NOT_ENFORCED;
    }
    FailureReport report = FailureReport.of(failure);
    if (report == null) {
      report(terminal, "internal error, please report it: " + failure);
      return ExitCodes.FAULT;
    }
    report(terminal, report.line());
    return report.exitCode();
  }

  private static void report(Terminal terminal, String line) {
    terminal.err().println("cofre: " + Terminal.plain(line));
    terminal.err().flush();
  }

  /** Makes commands, giving the terminal to those that take it. */
  private record CommandFactory(Terminal terminal) implements IFactory {
    @Override
    public <K> K create(Class<K> type) throws Exception {
      try {
        return type.getDeclaredConstructor(Terminal.class).newInstance(terminal);
      } catch (NoSuchMethodException e) {
        return CommandLine.defaultFactory().create(type);
      }
    }
  }

  /** The version that the launcher read from the build. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"cofre " + System.getProperty("cofre.version", "(unpackaged)")};
    }
  }
}
