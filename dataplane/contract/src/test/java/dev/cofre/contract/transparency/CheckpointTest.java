package dev.cofre.contract.transparency;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

class CheckpointTest {
  private static final String NAME = "cofre-audit/n1/segment";

  private static KeyPair pair(String curve) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec(curve));
    return generator.generateKeyPair();
  }

  private static byte[] sign(KeyPair pair, String text) throws GeneralSecurityException {
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(pair.getPrivate());
    signature.update(text.getBytes(StandardCharsets.UTF_8));
    return signature.sign();
  }

  @Test
  void aSignedCheckpointIsReadAndVerified() throws GeneralSecurityException {
    KeyPair pair = pair("secp256r1");
    NoteKey key = new NoteKey(NAME, pair.getPublic());
    byte[] root = new MerkleHash().leaf(new byte[] {1});
    Checkpoint checkpoint = new Checkpoint(NAME, 12, root, List.of("time now"));
    SignedNote note = key.note(checkpoint.text(), sign(pair, checkpoint.text()));
    SignedNote read = SignedNote.parse(note.toString());
    assertEquals(note.toString(), read.toString());
    assertTrue(key.verifies(read));
    assertTrue(NoteKey.parse(key.toString()).verifies(read));
    Checkpoint again = Checkpoint.parse(read.text());
    assertEquals(NAME, again.origin());
    assertEquals(12, again.size());
    assertArrayEquals(root, again.root());
    assertEquals(List.of("time now"), again.extensions());

    assertFalse(key.named("other").verifies(read));
    assertFalse(new NoteKey(NAME, pair("secp256r1").getPublic()).verifies(read));
    SignedNote changed = SignedNote.parse(note.toString().replace("\n12\n", "\n13\n"));
    assertFalse(key.verifies(changed));
  }

  @Test
  void whatIsNoneIsRefused() throws GeneralSecurityException {
    String root = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    for (String text :
        List.of(
            "",
            "a\n1\n",
            "a\n01\n" + root + "\n",
            "a\n-1\n" + root + "\n",
            "a b\n1\n" + root + "\n",
            "a+b\n1\n" + root + "\n",
            "a\n1\nAAAA\n",
            "a\n1\n" + root,
            "a\n1\n" + root + "\n\nx\n")) {
      assertThrows(IllegalArgumentException.class, () -> Checkpoint.parse(text), text);
    }
    for (String note :
        List.of(
            "a\n",
            "a\n\n",
            "a\n\n- n AAAAAAAA\n",
            "a\n\n\u2014 n AAAA\n",
            "a\n\n\u2014 n AAAAAAAA",
            "a\u0007\n\n\u2014 n AAAAAAAA\n")) {
      assertThrows(IllegalArgumentException.class, () -> SignedNote.parse(note), note);
    }
    KeyPair p384 = pair("secp384r1");
    assertThrows(IllegalArgumentException.class, () -> new NoteKey(NAME, p384.getPublic()));
    KeyPair p256 = pair("secp256r1");
    assertThrows(IllegalArgumentException.class, () -> new NoteKey("a b", p256.getPublic()));
    String vkey = new NoteKey(NAME, p256.getPublic()).toString();
    assertThrows(IllegalArgumentException.class, () -> NoteKey.parse("x" + vkey.substring(30)));
  }
}
