package dev.cofre.contract.transparency;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Trees and proofs against the vectors of Certificate Transparency, and against each other. */
class MerkleTreeTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final int SIZE_MAX = 70;

  /** The leaves of the reference implementation's tests, and the roots of their beginnings. */
  private static final List<String> LEAVES =
      List.of(
          "",
          "00",
          "10",
          "2021",
          "3031",
          "40414243",
          "5051525354555657",
          "606162636465666768696a6b6c6d6e6f");

  private static final List<String> ROOTS =
      List.of(
          "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
          "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
          "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
          "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
          "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
          "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
          "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
          "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
          "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");

  private static byte[] hashes(int count, Random random) {
    byte[] hashes = new byte[count * MerkleHash.LENGTH];
    random.nextBytes(hashes);
    return hashes;
  }

  private static byte[] referenceHashes() {
    MerkleHash hash = new MerkleHash();
    byte[] hashes = new byte[LEAVES.size() * MerkleHash.LENGTH];
    for (int i = 0; i < LEAVES.size(); i++) {
      System.arraycopy(
          hash.leaf(HEX.parseHex(LEAVES.get(i))),
          0,
          hashes,
          i * MerkleHash.LENGTH,
          MerkleHash.LENGTH);
    }
    return hashes;
  }

  private static CompactRange range(byte[] hashes, int count) {
    CompactRange range = new CompactRange();
    for (int i = 0; i < count; i++) {
      range.append(hashes, i * MerkleHash.LENGTH);
    }
    return range;
  }

  private static List<String> hex(List<byte[]> proof) {
    return proof.stream().map(HEX::formatHex).toList();
  }

  @Test
  void rootsAreThoseOfTheReference() {
    byte[] hashes = referenceHashes();
    for (int size = 0; size <= LEAVES.size(); size++) {
      assertEquals(ROOTS.get(size), HEX.formatHex(range(hashes, size).root()), "size " + size);
    }
  }

  @Test
  void proofsAreThoseOfTheReference() throws IOException {
    TreeHashes tree = TreeHashes.of(referenceHashes());
    List<String> ofTheFirst =
        List.of(
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4");
    assertEquals(ofTheFirst, hex(MerkleProofs.inclusion(tree, 0, 8)));
    assertEquals(ofTheFirst, hex(MerkleProofs.consistency(tree, 1, 8)));
    assertEquals(
        List.of(
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
        hex(MerkleProofs.consistency(tree, 6, 8)));
  }

  @Test
  void eachLeafOfEachTreeIsProvenAndNoOther() throws IOException {
    byte[] hashes = hashes(SIZE_MAX, new Random(1));
    TreeHashes tree = TreeHashes.of(hashes);
    for (int size = 1; size <= SIZE_MAX; size++) {
      byte[] root = range(hashes, size).root();
      for (int index = 0; index < size; index++) {
        byte[] leaf =
            Arrays.copyOfRange(hashes, index * MerkleHash.LENGTH, (index + 1) * MerkleHash.LENGTH);
        List<byte[]> proof = MerkleProofs.inclusion(tree, index, size);
        assertTrue(MerkleProofs.verifiesInclusion(leaf, index, size, proof, root));
        assertFalse(MerkleProofs.verifiesInclusion(leaf, index + 1, size, proof, root));
        leaf[0]++;
        assertFalse(MerkleProofs.verifiesInclusion(leaf, index, size, proof, root));
      }
    }
  }

  @Test
  void eachBeginningIsProvenAndNoOther() throws IOException {
    byte[] hashes = hashes(SIZE_MAX, new Random(2));
    TreeHashes tree = TreeHashes.of(hashes);
    for (int size = 0; size <= SIZE_MAX; size++) {
      byte[] root = range(hashes, size).root();
      for (int first = 0; first <= size; first++) {
        byte[] firstRoot = range(hashes, first).root();
        List<byte[]> proof = MerkleProofs.consistency(tree, first, size);
        assertTrue(MerkleProofs.verifiesConsistency(first, firstRoot, size, root, proof));
        byte[] other = firstRoot.clone();
        other[31] ^= 1;
        assertFalse(MerkleProofs.verifiesConsistency(first, other, size, root, proof));
        if (!proof.isEmpty()) {
          List<byte[]> changed = new ArrayList<>(proof);
          changed.set(0, other);
          assertFalse(MerkleProofs.verifiesConsistency(first, firstRoot, size, root, changed));
          assertFalse(
              MerkleProofs.verifiesConsistency(
                  first, firstRoot, size, root, proof.subList(1, proof.size())));
        }
      }
    }
  }

  /** Proofs from some point on need no leaf before it. */
  @Test
  void aCompactRangeStandsForWhatIsBefore() throws IOException {
    byte[] hashes = hashes(SIZE_MAX, new Random(3));
    TreeHashes all = TreeHashes.of(hashes);
    for (int known = 0; known <= SIZE_MAX; known++) {
      CompactRange before = range(hashes, known);
      CompactRange restored = new CompactRange(known, before.nodes(), 0);
      assertArrayEquals(before.root(), restored.root());
      int from = known;
      TreeHashes tree =
          new TreeHashes(
              restored,
              (index, count, out) -> {
                assertTrue(index >= from, "a leaf before what is known");
                System.arraycopy(
                    hashes, (int) index * MerkleHash.LENGTH, out, 0, count * MerkleHash.LENGTH);
              });
      for (int size = Math.max(1, known); size <= SIZE_MAX; size++) {
        assertEquals(
            hex(MerkleProofs.consistency(all, known, size)),
            hex(MerkleProofs.consistency(tree, known, size)));
        for (int index = known; index < size; index++) {
          assertEquals(
              hex(MerkleProofs.inclusion(all, index, size)),
              hex(MerkleProofs.inclusion(tree, index, size)));
        }
      }
    }
  }

  @Test
  void whatIsNoTreeIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new CompactRange(3, new byte[32], 0));
    assertThrows(
        IllegalArgumentException.class,
        () -> MerkleProofs.inclusion(TreeHashes.of(new byte[64]), 2, 2));
    List<byte[]> many = Collections.nCopies(200, new byte[32]);
    assertFalse(MerkleProofs.verifiesInclusion(new byte[32], 0, 1, many, new byte[32]));
    assertFalse(
        MerkleProofs.verifiesConsistency(1, new byte[32], 2, new byte[32], List.of(new byte[31])));
  }
}
