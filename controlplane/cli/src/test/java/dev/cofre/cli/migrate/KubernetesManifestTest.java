package dev.cofre.cli.migrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Manifests with Secrets. */
class KubernetesManifestTest {
  private static final String HEAD = "kind: Secret\nmetadata: {name: db}\n";

  private static SourceFile read(String text) {
    return SourceFile.of(SourceKind.kubernetes, "s.yaml", text);
  }

  @Test
  void readsDataAndStringDataOfAllDocuments() {
    SourceFile file =
        read(
            """
            apiVersion: v1
            kind: Secret
            metadata: {name: db, namespace: shop}
            type: Opaque
            data:
              password: aHVudGVyMg==
              folded: |
                aHVu
                dGVyMg==
            stringData:
              url: "jdbc:x"
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: shop}
            ---
            kind: List
            items:
              - {kind: Secret, metadata: {name: tls}, data: {tls.key: AA==}}
              - {kind: ConfigMap, metadata: {name: c}, data: {a: b}}
            ---
            kind: Secret
            metadata: {name: empty}
            data:
            """);
    assertEquals(
        Map.of(
            "shop/db#password", "hunter2",
            "shop/db#folded", "hunter2",
            "shop/db#url", "jdbc:x",
            "tls#tls.key", "\0"),
        file.values());
    assertTrue(file.told().contains("2 objects are no Secrets"), file::told);
  }

  @Test
  void readsWhatIsInJson() {
    assertEquals(
        Map.of("a#b", "hunter2"),
        read("{\"kind\":\"Secret\",\"metadata\":{\"name\":\"a\"},\"data\":{\"b\":\"aHVudGVyMg==\"}}")
            .values());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        HEAD + "data: {a: hunter2!}",
        HEAD + "data: {a: 1}",
        HEAD + "data: {a: [hunter2]}",
        HEAD + "data: hunter2",
        HEAD + "stringData: {a: true}",
        HEAD + "stringData: {a: *hunter2}",
        HEAD + "stringData: {a: !hunter2 x}",
        HEAD + "stringData: {a: \"\\hunter2\"}",
        HEAD + "stringData: {a: %hunter2}",
        HEAD + "data: {a: aHVudGVyMg==}\nstringData: {a: hunter2}",
        HEAD + "data: {a: aHVudGVyMg==, a: aHVudGVyMg==}",
        HEAD + "data: {a: aHVudGVyMg==}\n---\n" + HEAD + "data: {a: aHVudGVyMg==}",
        "kind: Secret\ndata: {a: aHVudGVyMg==}",
        """
        a: &a [hunter2]
        b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]
        c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]
        d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]
        e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]
        f: [*e,*e,*e,*e,*e,*e,*e,*e,*e]
        """
      })
  void whatIsWrongIsNamedByItsPlaceAndNotShown(String text) {
    SourceFile file = read(text);
    assertEquals(1, file.errors.count(), file::told);
    assertFalse(file.told().contains("hunter2"), file::told);
    assertFalse(file.told().contains("aHVu"), file::told);
    assertTrue(file.told().startsWith("s.yaml:"), file::told);
  }

  @Test
  void aHugeManifestIsRefusedBeforeItIsRead() {
    SourceFile file = read(HEAD + "stringData: {a: " + "x".repeat(1 << 20) + "}");
    assertTrue(file.told().contains("is larger than"), file::told);
    assertEquals(0, file.sources.secrets().size());
  }
}
