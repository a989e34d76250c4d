package dev.cofre.benchmarks.report;

import java.util.Collection;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** One subject in a JVM of its own, whose set-up proves the answers before anything is timed. */
final class Fork {
  private static final String[] JVM_ARGS = {
    "--enable-native-access=ALL-UNNAMED",
    "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
    "-Xms1g",
    "-Xmx1g"
  };

  private Fork() {}

  /**
   * Runs {@code subject}.
   *
   * @throws RunnerException when an answer is wrong or it cannot be run
   */
  static Sample run(Subject subject, Effort effort) throws RunnerException {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("^" + (Subject.ROOT + subject.name()).replace(".", "\\.") + "$")
            .forks(1)
            .jvmArgs(JVM_ARGS)
            .warmupIterations(effort.warmupIterations())
            .warmupTime(TimeValue.milliseconds(effort.warmupMs()))
            .measurementIterations(effort.iterations())
            .measurementTime(TimeValue.milliseconds(Effort.ITERATION_MS))
            .addProfiler(GCProfiler.class)
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT);
    subject.params().forEach((key, value) -> options.param(key, value));
    Collection<RunResult> results = new Runner(options.build()).run();
    RunResult result = results.iterator().next();
    Result<?> bytes = result.getSecondaryResults().get("gc.alloc.rate.norm");
    return new Sample(
        result.getPrimaryResult().getStatistics().getMin(), bytes == null ? 0 : bytes.getScore());
  }
}
