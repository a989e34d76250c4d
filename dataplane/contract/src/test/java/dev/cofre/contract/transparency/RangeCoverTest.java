package dev.cofre.contract.transparency;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RangeCoverTest {
  private static final int LEAVES = 300;

  private final byte[] leaves = new byte[LEAVES * MerkleHash.LENGTH];

  RangeCoverTest() {
    new Random(7).nextBytes(leaves);
  }

  private CompactRange tree(int size) {
    CompactRange range = new CompactRange();
    for (int i = 0; i < size; i++) {
      range.append(leaves, i * MerkleHash.LENGTH);
    }
    return range;
  }

  private byte[] part(int from, int to) {
    return Arrays.copyOfRange(leaves, from * MerkleHash.LENGTH, to * MerkleHash.LENGTH);
  }

  @Test
  void standsForTheLeavesOfEveryPart() {
    for (int from = 0; from < 70; from++) {
      for (int to = from; to <= LEAVES; to += 1 + to % 7) {
        byte[] cover = RangeCover.of(from, part(from, to), to - from);
        CompactRange range = tree(from);
        RangeCover.append(range, cover, to - from);
        assertEquals(to, range.size());
        assertArrayEquals(tree(to).nodes(), range.nodes(), from + " to " + to);
      }
    }
  }

  @Test
  void isSmall() {
    byte[] cover = RangeCover.of(1, part(1, 256), 255);
    assertTrue(cover.length <= 16 * MerkleHash.LENGTH, () -> "" + cover.length);
  }

  @Test
  void takesNoOtherNumberOfSubtrees() {
    byte[] cover = RangeCover.of(5, part(5, 60), 55);
    byte[] longer = Arrays.copyOf(cover, cover.length + MerkleHash.LENGTH);
    byte[] shorter = Arrays.copyOf(cover, cover.length - 1);
    assertThrows(IllegalArgumentException.class, () -> RangeCover.append(tree(5), longer, 55));
    assertThrows(IllegalArgumentException.class, () -> RangeCover.append(tree(5), shorter, 55));
    assertThrows(IllegalArgumentException.class, () -> tree(5).append(cover, 0, 2));
    assertThrows(IllegalArgumentException.class, () -> tree(6).append(cover, 0, 3));
  }
}
