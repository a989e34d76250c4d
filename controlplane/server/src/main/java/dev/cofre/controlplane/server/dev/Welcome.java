package dev.cofre.controlplane.server.dev;

/** What {@code ./cofre dev} prints when both planes are ready: where they are, what to try. */
final class Welcome {
  private Welcome() {}

  static void print(DevHome home) {
    String data = "http://127.0.0.1:" + home.dataPort();
    String control = "http://127.0.0.1:" + home.controlPort();
    System.out.println("cofre ready data=" + data + " control=" + control);
    System.out.printf(
        """

        Plain HTTP on loopback only, with a software HSM: for development, never for real secrets.
        Each role has a token in %1$s (file mode 0600). Try, in another terminal:

          ./cofre encrypt --key demo < README.md > README.md.cofre
          ./cofre decrypt < README.md.cofre
          ./cofre key list

          curl -sS -H "Authorization: Bearer $(cat %1$s/app.token)" \\
            -H 'Content-Type: application/octet-stream' --data-binary @README.md \\
            %2$s/v1/keys/demo/encrypt -o README.md.cofre

          curl -sS -H "Authorization: Bearer $(cat %1$s/crypto-officer.token)" %3$s/v1/keys

        The API is described at %3$s/openapi.yaml. Ctrl-C stops both planes.
        """,
        home.dev(), data, control);
    System.out.flush();
  }
}
