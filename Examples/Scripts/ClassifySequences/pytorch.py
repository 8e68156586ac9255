# Classifies lines of text, "label<TAB>text", by a recurrent network over their bytes, in batches of unequal lengths.
import sys

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence
from torch.utils.data import DataLoader

torch.manual_seed(1)
lines = [line.split("\t", 1) for line in open(sys.argv[1], encoding="utf-8").read().splitlines()]
names = sorted({label for label, _ in lines})
data = [(torch.tensor(list(text.encode())), names.index(label)) for label, text in lines]


def collate(samples):
    texts, labels = zip(*samples)
    return pad_sequence(texts, batch_first=True), torch.tensor([len(text) for text in texts]), torch.tensor(labels)


class Classifier(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.embedding = nn.Embedding(256, 16)
        self.recurrence = nn.LSTM(16, 32, 2, bidirectional=True, dropout=0.2, batch_first=True)
        self.head = nn.Linear(64, classes)

    def forward(self, texts, lengths):
        packed = pack_padded_sequence(self.embedding(texts), lengths, batch_first=True, enforce_sorted=False)
        _, (hidden, _) = self.recurrence(packed)
        return self.head(torch.cat([hidden[-2], hidden[-1]], -1))


model = Classifier(len(names))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for epoch in range(1, 9):
    model.train()
    for texts, lengths, labels in DataLoader(data, batch_size=16, shuffle=True, collate_fn=collate):
        loss = nn.functional.cross_entropy(model(texts, lengths), labels)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1)
        optimizer.step()
    model.eval()
    with torch.no_grad():
        texts, lengths, labels = collate(data)
        found = model(texts, lengths).argmax(1)
    print(f"epoch {epoch}: accuracy {(found == labels).float().mean().item()}")
for (_, text), label in zip(lines[:3], found):
    print(f"{text}: {names[label]}")
