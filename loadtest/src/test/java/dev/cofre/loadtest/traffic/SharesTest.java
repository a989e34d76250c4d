package dev.cofre.loadtest.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class SharesTest {
  @Test
  void eachHasItsShareAndNeighboursDiffer() {
    List<Integer> turn = Shares.turn(List.of(2.0, 1.0, 1.0), 8);
    assertEquals(4, Collections.frequency(turn, 0));
    assertEquals(2, Collections.frequency(turn, 1));
    assertEquals(2, Collections.frequency(turn, 2));
    assertEquals(List.of(0, 1), turn.subList(0, 2));
  }

  @Test
  void aSmallShareHasOnePlaceAllTheSame() {
    List<Integer> turn = Shares.turn(List.of(1_000.0, 1.0, 1.0), 3);
    assertEquals(List.of(0, 1, 2), turn.stream().sorted().toList());
  }
}
