/**
 * The engine that both planes share: request path, data keys, policy, audit log, snapshot state. It
 * knows nothing of how requests arrive.
 */
package dev.cofre.engine;
