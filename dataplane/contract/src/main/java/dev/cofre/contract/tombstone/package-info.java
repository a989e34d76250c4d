/** The signed statement that a key was destroyed: signing input and offline verification. */
package dev.cofre.contract.tombstone;
