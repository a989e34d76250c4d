package dev.cofre.loadtest.command;

import dev.cofre.loadtest.generator.Validity;
import dev.cofre.loadtest.report.Run;
import dev.cofre.loadtest.report.RunFolder;
import dev.cofre.loadtest.report.Summary;
import dev.cofre.loadtest.run.Interruption;
import dev.cofre.loadtest.run.LoadRun;
import dev.cofre.loadtest.run.StartSignal;
import dev.cofre.loadtest.run.UsageException;
import dev.cofre.loadtest.slo.Slo;
import dev.cofre.loadtest.slo.Verdict;
import dev.cofre.loadtest.workload.Event;
import dev.cofre.loadtest.workload.Workload;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Loads a target and says whether an SLO holds. */
@Command(
    name = "load",
    mixinStandardHelpOptions = true,
    version = "cofre load",
    description = {
      "Loads a target on a schedule that no answer can delay, and says whether an SLO holds.",
      "Latency counts from when a request should have been sent. docs/LOAD.md says how to write the files and read",
      "the report. Written to --out: report.html, summary.json, junit.xml, latency.hlog and others."
    },
    footer = {
      "",
      "Exit codes: 0 the SLO holds, or none was given; 1 it is missed; 2 wrong usage or file, or the run is invalid:",
      "the generator fell behind its own schedule, nothing was done, or the run was stopped."
    },
    subcommands = {
      CapacityCommand.class,
      CompareCommand.class,
      EventCommand.class,
      MergeCommand.class,
      WhatIfCommand.class
    })
public final class LoadCommand implements Callable<Integer> {
  @Spec picocli.CommandLine.Model.CommandSpec spec;
  @Mixin TargetOptions target;
  @Mixin Output output;

  @Option(
      names = "--no-ceiling",
      description = "Do not measure the generator's own limit first (2 s).")
  boolean noCeiling;

  @Option(
      names = "--allow-exec",
      paramLabel = "PROGRAM",
      description = "A program that events of the file may run (exec: its argv[0]); repeatable.")
  List<String> allowed = List.of();

  @Option(
      names = "--generators",
      paramLabel = "N",
      description = "Send by N processes on one schedule and merge what they measured.")
  int generators = 1;

  @Option(
      names = "--part",
      paramLabel = "I/N",
      description = "Be one of N processes on one schedule, on this machine or another.")
  String part = "1/1";

  @Option(
      names = "--start-at",
      paramLabel = "TIME",
      description = "When the measured part begins, the same for all parts (2030-01-31T12:00:00Z).")
  String startAt;

  @Option(names = "--no-events", description = "Leave the file's events out.")
  boolean noEvents;

  @Override
  public Integer call() throws Exception {
    Workload workload = noEvents ? target.workload().quiet() : target.workload();
    Slo slo = target.slo();
    for (Event event : workload.events()) {
      if (event.kind() == Event.Kind.EXEC && !allowed.contains(event.argv().getFirst())) {
        throw new UsageException(
            "the workload wants to run "
                + event.argv().getFirst()
                + ": allow it with --allow-exec "
                + event.argv().getFirst());
      }
    }
    if (generators < 1 || generators > 64) {
      throw new ParameterException(spec.commandLine(), "--generators must be from 1 to 64");
    }
    return generators > 1 ? together(workload, slo) : alone(workload, slo);
  }

  private int alone(Workload workload, Slo slo) throws Exception {
    StartSignal start = StartSignal.of(part, startAt);
    Path folder = output.folder();
    LoadRun loadRun = new LoadRun(workload, target.places().site(workload), Output::say);
    LoadRun.Extras extras =
        new LoadRun.Extras(
            slo,
            target.places().authority(workload),
            target.places().home(workload),
            !noCeiling,
            start);
    return Interruption.guard(
        loadRun::stop,
        () -> {
          Run run = loadRun.run(extras);
          RunFolder.write(folder, run);
          return tell(run, folder);
        });
  }

  private int together(Workload workload, Slo slo) throws Exception {
    Path folder = output.folder();
    Several several = new Several(workload, target, !noCeiling, generators);
    return Interruption.guard(
        several::stop,
        () -> {
          Run run = several.run(folder, slo);
          RunFolder.write(folder, run);
          return tell(run, folder);
        });
  }

  private int tell(Run run, Path folder) {
    output.print(text(run) + "\nreport: " + folder.resolve("report.html"), Summary.json(run));
    if (run.result().validity() != Validity.VALID) {
      return ExitCodes.INVALID;
    }
    return run.verdict() == null || run.verdict().holds() ? ExitCodes.HOLDS : ExitCodes.MISSED;
  }

  static String text(Run run) {
    StringBuilder text = new StringBuilder();
    Verdict verdict = run.verdict();
    if (verdict != null) {
      text.append(verdict.holds() ? "The SLO holds\n" : "The SLO is MISSED\n");
      verdict
          .checks()
          .forEach(
              check ->
                  text.append(
                      String.format(
                          "  %-7s %s: %s, %s%n",
                          check.holds() ? "holds" : "MISSED",
                          check.name(),
                          check.measured(),
                          check.asked().strip())));
    }
    text.append(Summary.text(run.result())).append('\n');
    text.append(
        Double.isNaN(run.ceilingPerSecond())
            ? "ceiling: not measured"
            : String.format("ceiling against a null server: %,.0f/s", run.ceilingPerSecond()));
    run.notes().forEach(note -> text.append("\nnote: ").append(note));
    return text.append("\nseed: ").append(run.seed()).toString();
  }
}
