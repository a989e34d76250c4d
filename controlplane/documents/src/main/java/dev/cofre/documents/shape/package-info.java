/** What values of a document may be, and the check of it that tells file, line and field. */
package dev.cofre.documents.shape;
