package dev.cofre.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The file of gates names what there is. */
class GateTest {
  private static final Suite SUITE = new Suite();

  @Test
  void everyLineNamesBenchmarksThatThereAre() {
    List<Gate> gates = Gate.all(SUITE);
    Set<Subject> all = new HashSet<>(SUITE.all());
    Set<String> pairs = new HashSet<>();
    assertTrue(gates.size() > 20);
    for (Gate gate : gates) {
      assertTrue(all.contains(gate.subject()), gate::toString);
      assertTrue(all.contains(gate.reference()), gate::toString);
      assertNotEquals(gate.subject(), gate.reference());
      assertTrue(gate.atLeast() > 0);
      String pair = gate.subject() + " " + gate.measure() + " " + gate.reference();
      assertTrue(pairs.add(pair), () -> "twice: " + pair);
    }
  }

  @Test
  void aParameterThatIsNotNamedHasItsFirstValue() {
    Subject subject = SUITE.subject(" envelope.BatchBenchmark.seal size=1024 ");
    assertEquals(Map.of("backEnd", "sunjce", "size", "1024"), subject.params());
    assertEquals("envelope.BatchBenchmark.seal backEnd=sunjce size=1024", subject.toString());
    assertEquals("Batch.seal", subject.shortName());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a | envelope.NoBenchmark.seal | speed | envelope.BareBenchmark.seal | 1",
        "a | envelope.BareBenchmark.seal size=3 | speed | envelope.BareBenchmark.open | 1",
        "a | envelope.BareBenchmark.seal length=64 | speed | envelope.BareBenchmark.open | 1",
        "a | envelope.BareBenchmark.seal | weight | envelope.BareBenchmark.open | 1",
        "a | envelope.BareBenchmark.seal | speed | envelope.BareBenchmark.open | fast",
        "a | envelope.BareBenchmark.seal | speed | envelope.BareBenchmark.open"
      })
  void aWrongLineIsNamed(String line) {
    String text = "# gates\n\n" + line + "\n";
    var e = assertThrows(IllegalArgumentException.class, () -> Gate.parse(text, SUITE));
    assertTrue(e.getMessage().startsWith("gates.txt, line 3: "), e.getMessage());
  }
}
