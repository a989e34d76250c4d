package dev.cofre.loadtest.traffic;

import java.util.ArrayList;
import java.util.List;

/** Shares out places. */
final class Shares {
  private Shares() {}

  /**
   * Who has which of {@code places}: each has at least one, and as near to its share as whole
   * places allow; next to each other stand different ones.
   */
  static List<Integer> turn(List<Double> shares, int places) {
    double all = shares.stream().mapToDouble(share -> share).sum();
    int[] given = new int[shares.size()];
    List<Integer> turn = new ArrayList<>();
    for (int place = 1; place <= places; place++) {
      int most = 0;
      for (int i = 1; i < given.length; i++) {
        if (lack(shares.get(i) / all, place, given[i])
            > lack(shares.get(most) / all, place, given[most])) {
          most = i;
        }
      }
      int left = places - place;
      int without = firstWithout(given);
      if (without >= 0 && left < countWithout(given)) {
        most = without;
      }
      given[most]++;
      turn.add(most);
    }
    return turn;
  }

  private static double lack(double share, int place, int given) {
    return share * place - given;
  }

  private static int firstWithout(int[] given) {
    for (int i = 0; i < given.length; i++) {
      if (given[i] == 0) {
        return i;
      }
    }
    return -1;
  }

  private static int countWithout(int[] given) {
    int count = 0;
    for (int each : given) {
      count += each == 0 ? 1 : 0;
    }
    return count;
  }
}
