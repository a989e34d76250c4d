package dev.cofre.loadtest.workload;

import dev.cofre.loadtest.document.Document;
import dev.cofre.loadtest.document.Section;
import dev.cofre.loadtest.document.WrongFileException;
import dev.cofre.loadtest.generator.StagedPacing;
import dev.cofre.loadtest.generator.StagedPacing.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What is sent, where and when. Immutable.
 *
 * @param seed draws all that is random: the same seed, the same traffic
 * @param closed whether answers set the pace; its latencies hide stalls
 * @param compareSeconds how long a closed loop runs behind the run, to show the difference; 0: not
 * @param coldShare of decryptions, those with a data key that no other request has
 * @param callers who asks; none: one, with the target's token
 * @param contexts how many different contexts there are; each has a pair {@code n} beside {@code
 *     context}
 */
public record Workload(
    String name,
    long seed,
    Target target,
    boolean closed,
    double compareSeconds,
    List<Stage> stages,
    double warmUpSeconds,
    int threads,
    List<Operation> operations,
    KeyChoice keys,
    List<Caller> callers,
    double coldShare,
    Map<String, String> context,
    int contexts,
    List<Event> events) {
  /** What is sent without a file. */
  public static final String USUAL =
      """
      name: half encryption, half decryption of 1 KiB
      operations:
        - {do: encrypt}
        - {do: decrypt}
      """;

  /**
   * The workload in {@code file}.
   *
   * @throws WrongFileException with a line for each thing that is wrong
   */
  public static Workload read(Path file) throws IOException, WrongFileException {
    return Document.read(file, Workload::of);
  }

  /** The workload in {@code text}, which messages call {@code name}. */
  public static Workload parse(String name, String text) throws WrongFileException {
    return Document.parse(name, text, Workload::of);
  }

  private static Workload of(Section section) {
    Target target = Target.read(section.section("target"));
    boolean raw = target.protocol().equals("http");
    List<Stage> stages = Arrivals.read(section);
    double seconds = stages.stream().mapToDouble(Stage::seconds).sum();
    List<Operation> operations =
        section.sections("operations", inner -> Operation.read(inner, target.protocol()));
    if (operations.stream().noneMatch(operation -> operation.share() > 0)) {
      section.wrong("operations", "must be a list of at least one operation with a share above 0");
    }
    int threads = (int) section.whole("threads", 1, 1, 64);
    if (threads > target.connections()) {
      section.wrong("threads", "must not be above target.connections, " + target.connections());
    }
    int contexts = (int) section.whole("contexts", 1, 1, 10_000);
    KeyChoice keys = raw ? KeyChoice.DEMO : KeyChoice.read(section.section("keys"));
    double coldShare = raw ? 0 : section.number("coldShare", 0, 0, 1);
    List<Caller> callers = callers(section, target, keys, coldShare);
    return new Workload(
        section.text("name", "a workload"),
        section.whole("seed", 1, 0, 1L << 52),
        target,
        section.choice("loop", "open", "open", "closed").equals("closed"),
        section.number("compareClosedLoopSeconds", 0, 0, 600),
        stages,
        section.number("warmUpSeconds", 2, 0, 3_600),
        threads,
        operations,
        keys,
        callers,
        coldShare,
        raw ? Map.of() : section.pairs("context"),
        contexts,
        section.sections("events", inner -> Event.read(inner, seconds)));
  }

  /** Over frames each connection is one caller's. */
  private static List<Caller> callers(
      Section section, Target target, KeyChoice keys, double coldShare) {
    List<Caller> callers = section.sections("callers", inner -> Caller.read(inner, keys));
    boolean frames = target.protocol().equals("frames") && !callers.isEmpty();
    if (frames && callers.size() > target.connections()) {
      section.wrong("callers", "over frames at most target.connections, " + target.connections());
    }
    if (frames && coldShare > 0) {
      section.wrong("callers", "over frames none beside coldShare; take grpc, raw or json");
    }
    return callers;
  }

  /** When what is sent. */
  public StagedPacing pacing() {
    return new StagedPacing(stages, seed);
  }

  /** The same with another seed. */
  public Workload seeded(long newSeed) {
    return new Workload(
        name,
        newSeed,
        target,
        closed,
        compareSeconds,
        stages,
        warmUpSeconds,
        threads,
        operations,
        keys,
        callers,
        coldShare,
        context,
        contexts,
        events);
  }

  /** The same without events. */
  public Workload quiet() {
    return new Workload(
        name,
        seed,
        target,
        closed,
        compareSeconds,
        stages,
        warmUpSeconds,
        threads,
        operations,
        keys,
        callers,
        coldShare,
        context,
        contexts,
        List.of());
  }

  /** The same at a constant rate, without events. */
  public Workload at(double rate, double seconds) {
    return new Workload(
        name,
        seed,
        target,
        false,
        0,
        List.of(new Stage(rate, rate, seconds, false)),
        warmUpSeconds,
        threads,
        operations,
        keys,
        callers,
        coldShare,
        context,
        contexts,
        List.of());
  }
}
