export default 'cup';
