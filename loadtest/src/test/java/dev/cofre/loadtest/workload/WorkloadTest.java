package dev.cofre.loadtest.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.loadtest.document.WrongFileException;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkloadTest {
  private static final String WHOLE =
      """
      name: a mix
      seed: 7
      target: {protocol: json, url: "http://127.0.0.1:8440", connections: 8, timeoutMs: 1000}
      arrivals:
        - {shape: constant, rate: 100, seconds: 1}
        - {shape: ramp, from: 100, to: 300, seconds: 2}
        - {shape: step, from: 10, to: 30, steps: 3, seconds: 3}
        - {shape: spike, rate: 10, peak: 100, peakSeconds: 1, seconds: 3}
        - {shape: poisson, rate: 50, seconds: 2}
      warmUpSeconds: 0
      operations:
        - {do: encrypt, share: 6, batch: 10, size: {distribution: uniform, min: 10, max: 20}}
        - {do: decrypt, share: 3, size: {distribution: choice, weights: {64: 9, 1024: 1}}}
        - {do: bad, share: 1, size: {distribution: lognormal, median: 100, sigma: 2, max: 500}}
      keys: {prefix: k-, count: 100, popularity: zipf, exponent: 1}
      coldShare: 0.1
      context: {app: load}
      contexts: 4
      events:
        - {at: 1, do: rotate, key: k-0}
        - {at: 2, do: exec, argv: [./full-disk, "20"], name: full disk}
        - {at: 3, do: hsm-slow, byMs: 2.5, seconds: 8}
      """;

  @Test
  void allThatAFileCanSay() throws Exception {
    Workload workload = Workload.parse("w.yaml", WHOLE);
    assertEquals(11, workload.pacing().seconds(), 1e-9);
    assertEquals(100 + 400 + 60 + (20 + 100) + 100, workload.pacing().count());
    assertEquals(3, workload.operations().size());
    assertEquals(Event.Kind.EXEC, workload.events().get(1).kind());
    Event slow = workload.events().getLast();
    assertEquals(Event.Kind.HSM_SLOW, slow.kind());
    assertEquals(2.5, slow.byMs());
    assertEquals(8, slow.seconds());
    assertEquals("HSM slower by 2.5 ms for 8 s", slow.name());
    List<Draw> draws = Draw.of(workload);
    Map<Operation.Kind, Long> kinds =
        draws.stream()
            .collect(Collectors.groupingBy(d -> d.operation().kind(), Collectors.counting()));
    double all = draws.size();
    assertEquals(0.6, kinds.get(Operation.Kind.ENCRYPT) / all, 0.05);
    assertEquals(0.1, kinds.get(Operation.Kind.BAD) / all, 0.03);
    for (Draw draw : draws) {
      assertEquals("load", draw.context().get("app"));
      assertTrue(draw.context().get("n").matches("[0-3]"));
      int least = draw.operation().kind() == Operation.Kind.ENCRYPT ? 10 : 0;
      assertTrue(draw.bytes() >= least && draw.bytes() <= 1_024);
    }
  }

  @Test
  void theSeedReplaysTheTraffic() throws Exception {
    Workload workload = Workload.parse("w.yaml", WHOLE);
    assertEquals(Draw.of(workload), Draw.of(Workload.parse("w.yaml", WHOLE)));
    assertNotEquals(Draw.of(workload), Draw.of(workload.seeded(8)));
  }

  /** The first key of a hundred by Zipf's law with exponent 1 has 1/H(100) of all uses, 19.3%. */
  @Test
  void popularityFollowsZipf() {
    KeyChoice keys = new KeyChoice(java.util.Collections.nCopies(100, "k"), 1);
    double[] sums = keys.cumulated();
    SplittableRandom random = new SplittableRandom(1);
    int[] counts = new int[100];
    for (int i = 0; i < 200_000; i++) {
      counts[KeyChoice.draw(sums, random)]++;
    }
    assertEquals(0.1928, counts[0] / 200_000.0, 0.005);
    assertEquals(0.1928 / 10, counts[9] / 200_000.0, 0.002);
  }

  /** Each wrong text, and what the message must hold: line, field and what may stand there. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          warmUpSeconds: soon | w.yaml:1: warmUpSeconds: 'soon' is not allowed; must be a number from 0 to 3600
          loop: half | w.yaml:1: loop: 'half' is not allowed; must be one of open, closed
          lop: open | w.yaml:1: lop: unknown; allowed here: target, arrivals, operations
          target: {protocol: gopher} | w.yaml:1: target.protocol: 'gopher' is not allowed; must be one of http, raw, json, frames, grpc
          target: {protocol: http} | w.yaml:1: target.url: missing
          target: [1] | w.yaml:1: target: must be a mapping
          arrivals: [{shape: wave, seconds: 1, rate: 1}] | arrivals[0].shape: 'wave' is not allowed; must be one of constant, ramp, step, spike, poisson
          arrivals: [{rate: 5}] | arrivals[0].seconds: missing; must be a number from 0.1 to 86400
          operations: [{do: destroy}] | operations[0].do: 'destroy' is not allowed; must be one of encrypt, decrypt, data-key, unwrap, bad
          operations: [{do: encrypt, batch: 5}] | operations[0].batch: must be 1 but for encrypt and decrypt as json, frames or grpc
          operations: [{do: encrypt, bytes: -1}] | operations[0].bytes: '-1' is not allowed; must be a whole number from 0 to 4194304
          callers: [{share: 2}] | w.yaml:1: callers[0].tokenFile: missing; must be a text
          callers: [{tokenFile: a, share: 0}] | callers[0].share: '0' is not allowed; must be a number from
          seed: [ | not YAML
          seed: 1, seed: 2 | not YAML
          threads: 99 | threads: '99' is not allowed
          events: [{at: 5, do: reboot}] | events[0].do: 'reboot' is not allowed; must be one of rotate, disable, enable, exec, hsm-slow
          events: [{at: 1, do: hsm-slow, seconds: 2}] | w.yaml:1: events[0].byMs: missing; must be a number from 0.1 to 10000
          events: [{at: 1, do: hsm-slow, byMs: 0, seconds: 2}] | events[0].byMs: '0' is not allowed; must be a number from 0.1 to 10000
          events: [{at: 1, do: hsm-slow, byMs: 5}] | events[0].seconds: missing; must be a number from 0.1 to 9
          events: [{at: 8, do: hsm-slow, byMs: 5, seconds: 3}] | events[0].seconds: '3' is not allowed; must be a number from 0.1 to 2
          events: [{at: 1, do: hsm-slow, byMs: 5, seconds: 1, key: demo}] | events[0].key: byMs and seconds are of hsm-slow, which has no key
          events: [{at: 1, do: rotate, byMs: 5}] | events[0].byMs: byMs and seconds are of hsm-slow, which has no key
          events: [{at: 1, do: enable, seconds: 5}] | events[0].seconds: byMs and seconds are of hsm-slow, which has no key
          """)
  void aWrongFileNamesLineFieldAndWhatIsAllowed(String text, String expected) {
    String file = text + (text.contains("operations") ? "" : "\noperations: [{do: encrypt}]");
    WrongFileException wrong =
        assertThrows(WrongFileException.class, () -> Workload.parse("w.yaml", file));
    assertTrue(wrong.getMessage().contains(expected), wrong::getMessage);
  }

  @Test
  void callersHaveTheirSharesAndKeys() throws Exception {
    String file =
        """
        target: {protocol: %s, connections: %d}
        keys: {aliases: [common]}
        operations: [{do: decrypt}]
        callers:
          - {tokenFile: a.token, share: 3}
          - {tokenFile: b.token, keys: {aliases: [own]}}
        coldShare: %s
        """;
    Workload workload = Workload.parse("w.yaml", file.formatted("grpc", 4, "0.1"));
    List<Draw> draws = Draw.of(workload);
    double first = draws.stream().filter(draw -> draw.caller() == 0).count();
    assertEquals(0.75, first / draws.size(), 0.03);
    for (Draw draw : draws) {
      assertEquals(draw.caller() == 0 ? "common" : "own", draw.key());
    }
    // Over frames a connection is one caller's.
    Workload.parse("w.yaml", file.formatted("frames", 2, "0"));
    for (String wrong :
        List.of(file.formatted("frames", 1, "0"), file.formatted("frames", 4, "0.1"))) {
      WrongFileException said =
          assertThrows(WrongFileException.class, () -> Workload.parse("w.yaml", wrong));
      assertTrue(said.getMessage().startsWith("w.yaml:5: callers: over frames"), said::getMessage);
    }
  }

  @Test
  void allProblemsAreSaidAtOnceEachWithItsLine() {
    String file = "seed: x\n\noperations:\n  - do: fly\n  - {do: encrypt, share: many}\nwrong: 1\n";
    WrongFileException wrong =
        assertThrows(WrongFileException.class, () -> Workload.parse("w.yaml", file));
    List<String> lines = wrong.getMessage().lines().toList();
    assertEquals(4, lines.size(), wrong::getMessage);
    assertTrue(lines.stream().anyMatch(line -> line.startsWith("w.yaml:1: seed: ")));
    assertTrue(lines.stream().anyMatch(line -> line.startsWith("w.yaml:4: operations[0].do: ")));
    assertTrue(lines.stream().anyMatch(line -> line.startsWith("w.yaml:5: operations[1].share: ")));
    assertTrue(lines.stream().anyMatch(line -> line.startsWith("w.yaml:6: wrong: unknown")));
  }
}
