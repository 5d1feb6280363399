export const id=953,ids=[953],modules={1953:((M,E,_)=>{_.d(E,{setCredentialFeature:()=>D.gD});var D=_(6304),O=_(3733),P=_(1612),s=_(8092),W=_(6129),n=_(8810)})};
