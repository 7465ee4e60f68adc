"""Classes of `__main__` that the standard library helps to define, and some whose methods are called while loading."""

import collections, typing, dataclasses, enum
from dataclasses import dataclass, field
GLOBAL_SCALE=3
def helper(x): return x*GLOBAL_SCALE
class WithState:
    def __init__(s,v): s.v=v
    def __getstate__(s): return {'v':s.v}
    def __setstate__(s,st): s.v=helper(st['v'])//GLOBAL_SCALE
def rebuild(a): 
    return Red(helper(a)//GLOBAL_SCALE)
class Red:
    def __init__(s,a): s.a=a
    def __reduce__(s): return rebuild,(s.a,)
class Key:
    def __init__(s,k): s.k=k
    def __hash__(s): return hash(helper(s.k))
    def __eq__(s,o): return helper(s.k)==helper(o.k)
NT=collections.namedtuple('NT','a b',defaults=[7])
class NT2(typing.NamedTuple):
    x:int
    y:str='q'
    def both(self): return self.x,self.y
@dataclass
class A:
    x:int
    y:list=field(default_factory=list)
    def total(self): return self.x+len(self.y)
@dataclass(frozen=True)
class C:
    n:int=5
class Color(enum.Enum):
    RED=1
    def up(self): return self.name.upper()
class Fl(enum.Flag):
    A=1
    B=2
class Gen(typing.Generic[typing.TypeVar('T')]): pass
class Meta(type): pass
class WM(metaclass=Meta):
    def f(self): return super().__repr__()
def crash():
    ws=WithState(4); rd=Red(5); dk={Key(1):'one'}; nt=NT(1); nt2=NT2(3); a=A(1,[2]); c=C(); col=Color.RED; fl=Fl.A|Fl.B; g=Gen(); wm=WM()
    print(1/0)
crash()
