"""Classes of `__main__`, one in the other, one built on a list, and instances that refer to each other."""


class Node:
    class Label(str):
        pass

    def __init__(self, name, parent=None):
        self.label = Node.Label(name)
        self.parent = parent
        self.children = Children(self)


class Children(list):
    def __init__(self, owner):
        super().__init__()
        self.owner = owner

    def add(self, name):
        self.append(Node(name, self.owner))
        return self[-1]

    def first_of(self, node):
        assert isinstance(node, Node)
        return node.children[0].label


root = Node("root")
leaf = root.children.add("leaf")
print(root.children.first_of(leaf))
