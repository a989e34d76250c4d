package dev.cofre.dataplane.server.http;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.engine.request.Item;
import java.util.List;

/**
 * A JSON body that was read.
 *
 * @param items the inputs: {@code plaintext}, {@code ciphertext} or {@code wrapped} decoded
 * @param batch whether it came as {@code items}
 * @param context of a call without inputs ({@code data-keys})
 * @param bytes the length of the data key that is asked for
 * @param withPlaintext whether the data key is asked for in clear
 */
record JsonRequest(
    List<Item> items, boolean batch, EncryptionContext context, int bytes, boolean withPlaintext) {}
